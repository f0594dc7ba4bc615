/* What libjpeg-turbo alone needs for the gray plane of a JPEG file: default settings, every row
   read into one buffer and forgotten. A fatal error of the codec ends the process. */

// jpeglib.h needs stdio.h before it.
// clang-format off
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
// clang-format on

long ectype_bench_gray_decode(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return -1;
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct codec;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&codec);
  jpeg_stdio_src(&codec, file);
  jpeg_read_header(&codec, TRUE);
  codec.out_color_space = JCS_GRAYSCALE;
  codec.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&codec);
  JSAMPROW row = malloc(codec.output_width);
  long rows = 0;
  while (codec.output_scanline < codec.output_height) rows += jpeg_read_scanlines(&codec, &row, 1);
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  free(row);
  fclose(file);
  return rows;
}
