#include "ectype/run_record.hpp"

namespace ectype {

void RunRecord::add(const FileResult& result) {
  ++files;
  ++outcomes[result.outcome];
  if (result.facts) bytes += result.facts->size;
}

}  // namespace ectype
