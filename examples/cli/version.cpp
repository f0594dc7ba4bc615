#include "version.hpp"

#include <ectype/cpu.hpp>
#include <ectype/image.hpp>
#include <ectype/pdq.hpp>
#include <ectype/version.hpp>

namespace cli {

std::string version_text() {
  std::string text = "ectype " + std::string(ectype::version());
  text += "\nrecipes: " + ectype::Pdq{}.recipe().to_string() + ", " +
          ectype::Pdq{ectype::PdqProfile::fast}.recipe().to_string();
  text += "\nCPU level: " + std::string(to_string(ectype::active_cpu_level()));
  for (const std::string& codec : ectype::codec_versions()) text += "\n" + codec;
  return text;
}

}  // namespace cli
