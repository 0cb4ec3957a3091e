// The stored form of a registration, and the row that tells every worker what is dialled. JSON, written by us; what is
// no record is refused when it is read. Must not know: stores.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "devices/registration.h"
#include "shared/result.h"

namespace ringfence {

[[nodiscard]] std::string encode_registration(const Registration& record);
// `unavailable`: a newer ringd wrote it, and this one must leave it as it is. Any other error: nobody can read it.
[[nodiscard]] Result<Registration> decode_registration(std::string_view document);

// The list of the store that has a row for each registered device.
inline constexpr std::string_view kDevicesList = "devices";

// A device as every worker knows it.
struct RegisteredDevice {
  DeviceKey device;
  std::string credential_id, sip_username;  // empty: it has none any more
  Millis expires_ms = 0, active_ms = 0;
  bool operator==(const RegisteredDevice&) const = default;
};
[[nodiscard]] RegisteredDevice published(const Registration& record);
[[nodiscard]] std::string encode_device(const RegisteredDevice& device);
[[nodiscard]] std::optional<RegisteredDevice> decode_device(std::string_view line);  // nullopt: nobody can read it

}  // namespace ringfence
