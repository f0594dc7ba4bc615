#pragma once

// Opt-in adapter: the only public header that includes OpenCV.

#include "ectype/error.hpp"
#include "ectype/pixels.hpp"

#include <string>

#include <opencv2/core/mat.hpp>

namespace ectype {

/// A view of an OpenCV matrix of 8 or 16 unsigned bits a channel: one channel is gray, three are
/// BGR, four BGRA, as cv::imread gives them; any step, also a region of a larger matrix. No copy:
/// the matrix must outlive the view. Throws `Error` (invalid_argument) for any other type.
[[nodiscard]] inline PixelView pixels(const cv::Mat& matrix) {
  if (matrix.dims != 2 || matrix.empty())
    throw Error(ErrorCode::invalid_argument, "the matrix is empty or has more than two dimensions");
  const int depth = matrix.depth();
  const int channels = matrix.channels();
  if ((depth != CV_8U && depth != CV_16U) || channels == 2 || channels > 4)
    throw Error(ErrorCode::invalid_argument,
                "a matrix of " + cv::typeToString(matrix.type()) +
                    " is not a picture that ectype reads: give CV_8U or CV_16U with 1 (gray), 3 "
                    "(BGR) or 4 (BGRA) channels");
  PixelView view;
  view.data = matrix.data;
  view.width = static_cast<std::uint32_t>(matrix.cols);
  view.height = static_cast<std::uint32_t>(matrix.rows);
  view.row_stride = static_cast<std::ptrdiff_t>(matrix.step[0]);
  view.pixel_stride = static_cast<std::ptrdiff_t>(matrix.elemSize());
  view.channel_stride = static_cast<std::ptrdiff_t>(matrix.elemSize1());
  view.channels = channels == 1 ? Channels::gray : channels == 3 ? Channels::bgr : Channels::bgra;
  view.bits_per_channel = depth == CV_8U ? 8 : 16;
  return view;
}

}  // namespace ectype
