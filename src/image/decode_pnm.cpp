#include "image/decoder.hpp"
#include "image/luma_buffer.hpp"
#include "image/stream_reader.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>
#include <vector>

namespace ectype::image {
namespace {

constexpr std::uint32_t kMaxMaxval = 65535;
constexpr std::uint64_t kTooLarge = 100'000'000'000'000'000;  // for any side or sample
constexpr std::size_t kMaxLine = 4096;                        // of a PAM header

bool is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(int c) { return c >= '0' && c <= '9'; }

struct TupleType {
  std::string_view name;
  Channels channels;
};
constexpr TupleType kTupleTypes[] = {
    {"BLACKANDWHITE", Channels::gray},
    {"GRAYSCALE", Channels::gray},
    {"RGB", Channels::rgb},
    {"BLACKANDWHITE_ALPHA", Channels::gray_alpha},
    {"GRAYSCALE_ALPHA", Channels::gray_alpha},
    {"RGB_ALPHA", Channels::rgba},
};

std::optional<Channels> channels_of_depth(std::uint64_t depth) {
  switch (depth) {
    case 1:
      return Channels::gray;
    case 2:
      return Channels::gray_alpha;
    case 3:
      return Channels::rgb;
    case 4:
      return Channels::rgba;
    default:
      return std::nullopt;
  }
}

class PnmDecoder : public Decoder {
 public:
  PnmDecoder(Source source, const Limits& limits)
      : Decoder(std::move(source), limits), stream_(*source_) {
    stream_.skip(1);
    kind_ = stream_.get();
    info_.format = Format::pnm;
    info_.decoder = "ectype PNM reader";
    if (kind_ == '7') {
      read_pam_header();
    } else {
      read_plain_header();
    }
    if (stream_.failed()) throw error(ErrorCode::unreadable, "reading failed");
    info_.color = is_gray(channels_) ? "gray" : "rgb";
    info_.has_alpha = channels_ == Channels::gray_alpha || channels_ == Channels::rgba;
    info_.bits_per_channel = static_cast<int>(std::bit_width(maxval_));
    scaled_.resize(std::size_t{maxval_} + 1);
    for (std::uint32_t value = 0; value <= maxval_; ++value)
      scaled_[value] = to_8_bits(value, maxval_);
    // In a bitmap 1 is black.
    if (kind_ == '1' || kind_ == '4') std::reverse(scaled_.begin(), scaled_.end());
  }

  bool next(LumaRow& row) override {
    if (y_ == info_.height) return false;
    if (!prepare() || !read_row()) {
      set_damage(stream_.failed()                      ? "reading the file failed"
                 : kind_ <= '3' && stream_.peek() >= 0 ? "a pixel is missing or not a number"
                                                       : "the file ends before the picture does");
      y_ = info_.height;
      return false;
    }
    row = luma_.convert(y_++, pixels_, channels_, ground());
    return true;
  }

 private:
  Error broken(const std::string& what) const {
    return error(ErrorCode::damaged, "broken PNM header: " + what);
  }

  /// Passes over white space and comments.
  void skip_space() {
    while (true) {
      const int c = stream_.peek();
      if (c == '#') {
        skip_comment();
      } else if (is_space(c)) {
        stream_.get();
      } else {
        return;
      }
    }
  }

  void skip_comment() {
    int c = stream_.get();
    while (c >= 0 && c != '\n' && c != '\r') c = stream_.get();
  }

  /// The number that comes next; empty where there is none. A number too large for any field stops
  /// growing but is read to its end.
  std::optional<std::uint64_t> read_number() {
    skip_space();
    if (!is_digit(stream_.peek())) return std::nullopt;
    std::uint64_t value = 0;
    while (is_digit(stream_.peek())) {
      const auto digit = static_cast<std::uint64_t>(stream_.get() - '0');
      value = std::min(value, kTooLarge) * 10 + digit;
    }
    return value;
  }

  std::uint64_t read_field(const char* name) {
    const auto value = read_number();
    if (!value) throw broken(std::string("no ") + name);
    return *value;
  }

  void read_plain_header() {
    const std::uint64_t width = read_field("width");
    const std::uint64_t height = read_field("height");
    const bool bitmap = kind_ == '1' || kind_ == '4';
    set_maxval(bitmap ? 1 : read_field("maxval"));
    channels_ = kind_ == '3' || kind_ == '6' ? Channels::rgb : Channels::gray;
    set_size(width, height, channel_count(channels_) * sample_bytes());
    // Exactly one white space ends a raw header: the next byte may look like one and be a pixel.
    if (stream_.peek() == '#') {
      skip_comment();
    } else if (is_space(stream_.peek())) {
      stream_.get();
    } else {
      throw broken("no end");
    }
  }

  void read_pam_header() {
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::uint64_t depth = 0;
    std::string type;
    read_line();  // what is left of the first
    for (std::string line = read_line(); line != "ENDHDR"; line = read_line()) {
      if (line.empty() || line[0] == '#') continue;
      const std::size_t gap = std::min(line.find_first_of(" \t"), line.size());
      const std::string name = line.substr(0, gap);
      const std::size_t start = std::min(line.find_first_not_of(" \t", gap), line.size());
      const std::string value = line.substr(start);
      if (name == "TUPLTYPE") {
        type = value;
      } else if (name == "WIDTH") {
        width = parse(value);
      } else if (name == "HEIGHT") {
        height = parse(value);
      } else if (name == "DEPTH") {
        depth = parse(value);
      } else if (name == "MAXVAL") {
        set_maxval(parse(value));
      }
    }
    if (maxval_ == 0) throw broken("no maxval");
    choose_tuple(depth, type);
    set_size(width, height, channel_count(channels_) * sample_bytes());
  }

  void choose_tuple(std::uint64_t depth, const std::string& type) {
    const auto by_depth = channels_of_depth(depth);
    const auto* known = std::find_if(std::begin(kTupleTypes), std::end(kTupleTypes),
                                     [&](const TupleType& tuple) { return tuple.name == type; });
    const bool listed = known != std::end(kTupleTypes);
    if (!by_depth || (!type.empty() && !listed))
      throw error(ErrorCode::unsupported, "PAM picture of an unknown kind of pixel");
    if (listed && channel_count(known->channels) != depth)
      throw broken("depth and tuple type contradict each other");
    channels_ = *by_depth;
  }

  /// One line without its end and the blanks there.
  std::string read_line() {
    std::string line;
    int c = stream_.get();
    for (; c >= 0 && c != '\n'; c = stream_.get()) {
      if (line.size() == kMaxLine) throw broken("a line is too long");
      line.push_back(static_cast<char>(c));
    }
    if (c < 0) throw broken("the file ends within it");
    while (!line.empty() && is_space(line.back())) line.pop_back();
    return line;
  }

  std::uint64_t parse(const std::string& text) const {
    std::uint64_t value = 0;
    for (const char c : text) {
      if (!is_digit(c)) throw broken("a field is not a number");
      value = std::min(value, kTooLarge) * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
  }

  void set_maxval(std::uint64_t value) {
    if (value == 0 || value > kMaxMaxval) throw broken("maxval is " + std::to_string(value));
    maxval_ = static_cast<std::uint32_t>(value);
  }

  [[nodiscard]] std::size_t sample_bytes() const { return maxval_ > 255 ? 2 : 1; }

  /// Allocates the row; false where the file cannot hold it.
  bool prepare() {
    const std::size_t samples = std::size_t{info_.width} * channel_count(channels_);
    std::size_t least = samples;
    if (kind_ == '4') least = (samples + 7) / 8;
    if (kind_ >= '5') least = samples * sample_bytes();
    if (stream_.left() < least) return false;
    pixels_.resize(samples);
    return true;
  }

  bool read_row() {
    switch (kind_) {
      case '1':
        return read_digits();
      case '2':
      case '3':
        return read_numbers();
      case '4':
        return read_bits();
      default:
        return read_samples();
    }
  }

  std::uint8_t scale(std::uint64_t value) {
    if (value > maxval_) set_damage("a pixel is larger than the maxval");
    return scaled_[std::min<std::uint64_t>(value, maxval_)];
  }

  bool read_digits() {
    // Digits of a bitmap need no space between them.
    for (std::uint8_t& pixel : pixels_) {
      skip_space();
      const int c = stream_.peek();
      if (c != '0' && c != '1') return false;
      pixel = scaled_[static_cast<std::size_t>(c - '0')];
      stream_.get();
    }
    return true;
  }

  bool read_numbers() {
    for (std::uint8_t& pixel : pixels_) {
      const auto value = read_number();
      if (!value) return false;
      pixel = scale(*value);
    }
    // A number that the end of the file may have cut; the last of all may stand there.
    return stream_.peek() >= 0 || y_ + 1 == info_.height;
  }

  bool read_bits() {
    line_.resize((std::size_t{info_.width} + 7) / 8);
    if (stream_.read(line_) < line_.size()) return false;
    for (std::size_t x = 0; x < pixels_.size(); ++x)
      pixels_[x] = scaled_[line_[x / 8] >> (7 - x % 8) & 1];
    return true;
  }

  bool read_samples() {
    if (sample_bytes() == 1) {
      if (stream_.read(pixels_) < pixels_.size()) return false;
      if (maxval_ < 255)
        for (std::uint8_t& pixel : pixels_) pixel = scale(pixel);
      return true;
    }
    line_.resize(2 * pixels_.size());
    if (stream_.read(line_) < line_.size()) return false;
    for (std::size_t i = 0; i < pixels_.size(); ++i)
      pixels_[i] = scale(static_cast<std::uint64_t>(line_[2 * i] << 8 | line_[2 * i + 1]));
    return true;
  }

  StreamReader stream_;
  int kind_ = 0;  // the digit behind the P
  Channels channels_ = Channels::gray;
  std::uint32_t maxval_ = 0;
  std::vector<std::uint8_t> scaled_;  // sample to 8 bits
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> pixels_;
  LumaBuffer luma_;
  std::uint32_t y_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> open_pnm(Source source, const Limits& limits) {
  return std::make_unique<PnmDecoder>(std::move(source), limits);
}

}  // namespace ectype::image
