#pragma once

#include "ectype/image.hpp"
#include "ectype/scan.hpp"

namespace ectype::scan {

/// Signs the thumbnail that a picture carries, if any, and says what it is to the picture, which is
/// signed already.
void examine_thumbnail(FileResult& result, const Image& image, const ScanOptions& options);

}  // namespace ectype::scan
