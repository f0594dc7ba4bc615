#pragma once

#include "ectype/error.hpp"

#include <gtest/gtest.h>

namespace support {

/// The code of the error that `action` must throw.
template <typename Action>
ectype::ErrorCode code_of(Action action) {
  try {
    action();
  } catch (const ectype::Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ectype::ErrorCode::internal;
}

}  // namespace support
