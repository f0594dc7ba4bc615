#include "scan/examiner.hpp"

#include "scan/examination.hpp"

#include <memory>
#include <utility>

namespace ectype::scan {

Examiner::Examiner(const ScanOptions& options, std::size_t hands, ScanState* state)
    : options_(options), state_(state) {
  if (options.isolation) workers_.emplace(options, hands);
}

OrderedPool::Begin Examiner::hand() {
  const auto lane = workers_ ? std::make_shared<WorkerLane>(*workers_) : nullptr;
  return [this, lane](WalkEntry&& entry) -> OrderedPool::Begun {
    auto examination = std::make_shared<Examination>(options_, state_, lane, std::move(entry));
    return {[examination] { return examination->finish(); }, examination->bytes()};
  };
}

}  // namespace ectype::scan
