#pragma once

#include "ectype/error.hpp"
#include "ectype/image.hpp"
#include "ectype/scan.hpp"

#include <functional>
#include <string>

namespace ectype::scan {

/// The outcome of a picture that could not be opened; `name` is what the message may begin with.
void set_failed(FileResult& result, const Error& error, const std::string& name);

void add_reason(FileResult& result, const std::string& reason);

/// One picture without what a set knows of it. `name`: what messages about it begin with, and rows
/// need not.
[[nodiscard]] FileResult decode_and_hash(const std::function<Image()>& open,
                                         const std::string& name, const ScanOptions& options);

/// One open file, likewise.
[[nodiscard]] FileResult decode_descriptor(int descriptor, const ScanOptions& options);

/// Adds what follows from the signature: what the row says of it, and what the set of the options
/// knows of the file, first of its bytes, then of its picture.
void conclude(FileResult& result, const ScanOptions& options);

}  // namespace ectype::scan
