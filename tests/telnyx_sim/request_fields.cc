// The request bodies of the call control API as data: every documented field with its type, choices and bounds.
// Used by checks.cc; a unit test compares it with the provider's own OpenAPI file. Must not know: what a field does.
#include "telnyx_sim/checks.h"

namespace ringfence::sim {
namespace {

constexpr Field kDial[] = {
    {.name = "answering_machine_detection",
     .type = FieldType::text,
     .choices = "premium|detect|detect_beep|detect_words|greeting_end|disabled"},
    {.name = "answering_machine_detection_config", .type = FieldType::object},
    {.name = "assistant", .type = FieldType::object},
    {.name = "audio_url", .type = FieldType::text},
    {.name = "billing_group_id", .type = FieldType::uuid},
    {.name = "bridge_intent", .type = FieldType::flag},
    {.name = "bridge_on_answer", .type = FieldType::flag},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "conference_config", .type = FieldType::object},
    {.name = "connection_id", .type = FieldType::text, .required = true},
    {.name = "conversation_relay_config", .type = FieldType::object},
    {.name = "custom_headers", .type = FieldType::headers},
    {.name = "deepfake_detection", .type = FieldType::object},
    {.name = "dialogflow_config", .type = FieldType::object},
    {.name = "enable_dialogflow", .type = FieldType::flag},
    {.name = "from", .type = FieldType::e164, .required = true},
    {.name = "from_display_name", .type = FieldType::name},
    {.name = "link_to", .type = FieldType::text},
    {.name = "media_encryption", .type = FieldType::text, .choices = "disabled|SRTP|DTLS"},
    {.name = "media_name", .type = FieldType::text},
    {.name = "park_after_unbridge", .type = FieldType::text},
    {.name = "preferred_codecs", .type = FieldType::text},
    {.name = "prevent_double_bridge", .type = FieldType::flag},
    {.name = "privacy", .type = FieldType::text, .choices = "id|none"},
    {.name = "record", .type = FieldType::text, .choices = "record-from-answer"},
    {.name = "record_channels", .type = FieldType::text, .choices = "single|dual"},
    {.name = "record_custom_file_name", .type = FieldType::text, .min = 1, .max = 40},
    {.name = "record_format", .type = FieldType::text, .choices = "wav|mp3"},
    {.name = "record_max_length", .type = FieldType::integer, .min = 0, .max = 43200},
    {.name = "record_timeout_secs", .type = FieldType::integer},
    {.name = "record_track", .type = FieldType::text, .choices = "both|inbound|outbound"},
    {.name = "record_trim", .type = FieldType::text, .choices = "trim-silence"},
    {.name = "retry_on_timeout", .type = FieldType::flag},
    {.name = "send_digits_on_answer", .type = FieldType::text},
    {.name = "send_silence_when_idle", .type = FieldType::flag},
    {.name = "sip_auth_password", .type = FieldType::text},
    {.name = "sip_auth_username", .type = FieldType::text},
    {.name = "sip_headers", .type = FieldType::headers},
    {.name = "sip_region", .type = FieldType::text, .choices = "US|Europe|Canada|Australia|Middle East"},
    {.name = "sip_transport_protocol", .type = FieldType::text, .choices = "UDP|TCP|TLS"},
    {.name = "sound_modifications", .type = FieldType::object},
    {.name = "stream_auth_token", .type = FieldType::text, .min = 0, .max = 4000},
    {.name = "stream_bidirectional_codec", .type = FieldType::text, .choices = "PCMU|PCMA|G722|OPUS|AMR-WB|L16"},
    {.name = "stream_bidirectional_mode", .type = FieldType::text, .choices = "mp3|rtp"},
    {.name = "stream_bidirectional_sampling_rate",
     .type = FieldType::integer,
     .choices = "8000|16000|22050|24000|48000"},
    {.name = "stream_bidirectional_target_legs", .type = FieldType::text, .choices = "both|self|opposite"},
    {.name = "stream_codec", .type = FieldType::text, .choices = "PCMU|PCMA|G722|OPUS|AMR-WB|L16|default"},
    {.name = "stream_establish_before_call_originate", .type = FieldType::flag},
    {.name = "stream_track", .type = FieldType::text, .choices = "inbound_track|outbound_track|both_tracks"},
    {.name = "stream_url", .type = FieldType::text},
    {.name = "supervise_call_control_id", .type = FieldType::text},
    {.name = "supervisor_role", .type = FieldType::text, .choices = "barge|whisper|monitor"},
    {.name = "time_limit_secs", .type = FieldType::integer, .min = 30, .max = 14400},
    {.name = "timeout_secs", .type = FieldType::integer, .min = 5, .max = 600},
    {.name = "to", .type = FieldType::destination, .required = true},
    {.name = "transcription", .type = FieldType::flag},
    {.name = "transcription_config", .type = FieldType::object},
    {.name = "webhook_retries_policies", .type = FieldType::object},
    {.name = "webhook_url", .type = FieldType::text},
    {.name = "webhook_url_method", .type = FieldType::text, .choices = "POST|GET"},
    {.name = "webhook_urls", .type = FieldType::object},
    {.name = "webhook_urls_method", .type = FieldType::text, .choices = "POST|GET"},
};

constexpr Field kAnswer[] = {
    {.name = "assistant", .type = FieldType::object},
    {.name = "billing_group_id", .type = FieldType::uuid},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "conversation_relay_config", .type = FieldType::object},
    {.name = "custom_headers", .type = FieldType::headers},
    {.name = "deepfake_detection", .type = FieldType::object},
    {.name = "preferred_codecs", .type = FieldType::text, .choices = "G722,PCMU,PCMA,G729,OPUS,VP8,H264"},
    {.name = "record", .type = FieldType::text, .choices = "record-from-answer"},
    {.name = "record_channels", .type = FieldType::text, .choices = "single|dual"},
    {.name = "record_custom_file_name", .type = FieldType::text, .min = 1, .max = 40},
    {.name = "record_format", .type = FieldType::text, .choices = "wav|mp3"},
    {.name = "record_max_length", .type = FieldType::integer, .min = 0, .max = 43200},
    {.name = "record_timeout_secs", .type = FieldType::integer},
    {.name = "record_track", .type = FieldType::text, .choices = "both|inbound|outbound"},
    {.name = "record_trim", .type = FieldType::text, .choices = "trim-silence"},
    {.name = "send_silence_when_idle", .type = FieldType::flag},
    {.name = "sip_headers", .type = FieldType::headers},
    {.name = "sound_modifications", .type = FieldType::object},
    {.name = "stream_bidirectional_codec", .type = FieldType::text, .choices = "PCMU|PCMA|G722|OPUS|AMR-WB|L16"},
    {.name = "stream_bidirectional_mode", .type = FieldType::text, .choices = "mp3|rtp"},
    {.name = "stream_bidirectional_target_legs", .type = FieldType::text, .choices = "both|self|opposite"},
    {.name = "stream_codec", .type = FieldType::text, .choices = "PCMU|PCMA|G722|OPUS|AMR-WB|L16|default"},
    {.name = "stream_track", .type = FieldType::text, .choices = "inbound_track|outbound_track|both_tracks"},
    {.name = "stream_url", .type = FieldType::text},
    {.name = "transcription", .type = FieldType::flag},
    {.name = "transcription_config", .type = FieldType::object},
    {.name = "webhook_retries_policies", .type = FieldType::object},
    {.name = "webhook_url", .type = FieldType::text},
    {.name = "webhook_url_method", .type = FieldType::text, .choices = "POST|GET"},
    {.name = "webhook_urls", .type = FieldType::object},
    {.name = "webhook_urls_method", .type = FieldType::text, .choices = "POST|GET"},
};

constexpr Field kBridge[] = {
    {.name = "call_control_id", .type = FieldType::text, .required = true},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "hold_after_unbridge", .type = FieldType::flag},
    {.name = "mute_dtmf", .type = FieldType::text, .choices = "none|both|self|opposite"},
    {.name = "park_after_unbridge", .type = FieldType::text},
    {.name = "play_ringtone", .type = FieldType::flag},
    {.name = "prevent_double_bridge", .type = FieldType::flag},
    {.name = "queue", .type = FieldType::text},
    {.name = "record", .type = FieldType::text, .choices = "record-from-answer"},
    {.name = "record_channels", .type = FieldType::text, .choices = "single|dual"},
    {.name = "record_custom_file_name", .type = FieldType::text, .min = 1, .max = 40},
    {.name = "record_format", .type = FieldType::text, .choices = "wav|mp3"},
    {.name = "record_max_length", .type = FieldType::integer, .min = 0, .max = 43200},
    {.name = "record_timeout_secs", .type = FieldType::integer},
    {.name = "record_track", .type = FieldType::text, .choices = "both|inbound|outbound"},
    {.name = "record_trim", .type = FieldType::text, .choices = "trim-silence"},
    {.name = "ringtone",
     .type = FieldType::text,
     .choices = "at|au|be|bg|br|ch|cl|cn|cz|de|dk|ee|es|fi|fr|gr|hu|il|in|it|jp|lt|mx|my|nl|no|nz|ph|pl|pt|ru|se|sg|th|"
                "tw|uk|us-old|us|ve|za"},
    {.name = "video_room_context", .type = FieldType::text},
    {.name = "video_room_id", .type = FieldType::uuid},
};

constexpr Field kHangup[] = {
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "custom_headers", .type = FieldType::headers},
};

constexpr Field kReject[] = {
    {.name = "cause", .type = FieldType::text, .required = true, .choices = "CALL_REJECTED|USER_BUSY"},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
};

constexpr Field kSpeak[] = {
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "language",
     .type = FieldType::text,
     .choices = "arb|cmn-CN|cy-GB|da-DK|de-DE|en-AU|en-GB|en-GB-WLS|en-IN|en-US|es-ES|es-MX|es-US|fr-CA|fr-FR|hi-IN|is-"
                "IS|it-IT|ja-JP|ko-KR|nb-NO|nl-NL|pl-PL|pt-BR|pt-PT|ro-RO|ru-RU|sv-SE|tr-TR"},
    {.name = "loop", .type = FieldType::text_or_integer},
    {.name = "payload", .type = FieldType::text, .required = true, .min = 1, .max = 3000},
    {.name = "payload_type", .type = FieldType::text, .choices = "text|ssml"},
    {.name = "service_level", .type = FieldType::text, .choices = "basic|premium"},
    {.name = "stop", .type = FieldType::text},
    {.name = "target_legs", .type = FieldType::text, .choices = "self|opposite|both"},
    {.name = "voice", .type = FieldType::text, .required = true},
    {.name = "voice_settings", .type = FieldType::any},
};

constexpr Field kPlaybackStart[] = {
    {.name = "audio_type", .type = FieldType::text, .choices = "mp3|wav"},
    {.name = "audio_url", .type = FieldType::text},
    {.name = "cache_audio", .type = FieldType::flag},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "loop", .type = FieldType::text_or_integer},
    {.name = "media_name", .type = FieldType::text},
    {.name = "overlay", .type = FieldType::flag},
    {.name = "playback_content", .type = FieldType::text},
    {.name = "stop", .type = FieldType::text},
    {.name = "target_legs", .type = FieldType::text},
};

constexpr Field kRecordStart[] = {
    {.name = "channels", .type = FieldType::text, .required = true, .choices = "single|dual"},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "custom_file_name", .type = FieldType::text, .min = 1, .max = 40},
    {.name = "format", .type = FieldType::text, .required = true, .choices = "wav|mp3"},
    {.name = "max_length", .type = FieldType::integer, .min = 0, .max = 14400},
    {.name = "play_beep", .type = FieldType::flag},
    {.name = "recording_track", .type = FieldType::text, .choices = "both|inbound|outbound"},
    {.name = "timeout_secs", .type = FieldType::integer},
    {.name = "transcription", .type = FieldType::flag},
    {.name = "transcription_engine", .type = FieldType::text, .choices = "A|B|deepgram/nova-3"},
    {.name = "transcription_language",
     .type = FieldType::text,
     .choices = "af|af-ZA|am|am-ET|ar|ar-AE|ar-BH|ar-DZ|ar-EG|ar-IL|ar-IQ|ar-JO|ar-KW|ar-LB|ar-MA|ar-MR|ar-OM|ar-PS|ar-"
                "QA|ar-SA|ar-TN|ar-YE|as|auto_detect|az|az-AZ|ba|be|bg|bg-BG|bn|bn-BD|bn-IN|bo|br|bs|bs-BA|ca|ca-ES|cs|"
                "cs-CZ|cy|da|da-DK|de|de-AT|de-CH|de-DE|el|el-GR|en|en-AU|en-CA|en-GB|en-GH|en-HK|en-IE|en-IN|en-KE|en-"
                "NG|en-NZ|en-PH|en-PK|en-SG|en-TZ|en-US|en-ZA|es|es-419|es-AR|es-BO|es-CL|es-CO|es-CR|es-DO|es-EC|es-"
                "ES|es-GT|es-HN|es-MX|es-NI|es-PA|es-PE|es-PR|es-PY|es-SV|es-US|es-UY|es-VE|et|et-EE|eu|eu-ES|fa|fa-IR|"
                "fi|fi-FI|fil-PH|fo|fr|fr-BE|fr-CA|fr-CH|fr-FR|gl|gl-ES|gu|gu-IN|ha|haw|he|hi|hi-IN|hr|hr-HR|ht|hu|hu-"
                "HU|hy|hy-AM|id|id-ID|is|is-IS|it|it-CH|it-IT|iw-IL|ja|ja-JP|jv-ID|jw|ka|ka-GE|kk|kk-KZ|km|km-KH|kn|kn-"
                "IN|ko|ko-KR|la|lb|ln|lo|lo-LA|lt|lt-LT|lv|lv-LV|mg|mi|mk|mk-MK|ml|ml-IN|mn|mn-MN|mr|mr-IN|ms|ms-MY|mt|"
                "my|my-MM|ne|ne-NP|nl|nl-BE|nl-NL|nn|no|no-NO|oc|pa|pa-Guru-IN|pl|pl-PL|ps|pt|pt-BR|pt-PT|ro|ro-RO|ru|"
                "ru-RU|rw-RW|sa|sd|si|si-LK|sk|sk-SK|sl|sl-SI|sn|so|sq|sq-AL|sr|sr-RS|ss-latn-za|st-ZA|su|su-ID|sv|sv-"
                "SE|sw|sw-KE|sw-TZ|ta|ta-IN|ta-LK|ta-MY|ta-SG|te|te-IN|tg|th|th-TH|tk|tl|tn-latn-za|tr|tr-TR|ts-ZA|tt|"
                "uk|uk-UA|ur|ur-IN|ur-PK|uz|uz-UZ|ve-ZA|vi|vi-VN|xh-ZA|yi|yo|yue-Hant-HK|zh|zh-TW|zu-ZA"},
    {.name = "transcription_max_speaker_count", .type = FieldType::integer},
    {.name = "transcription_min_speaker_count", .type = FieldType::integer},
    {.name = "transcription_profanity_filter", .type = FieldType::flag},
    {.name = "transcription_speaker_diarization", .type = FieldType::flag},
    {.name = "trim", .type = FieldType::text, .choices = "trim-silence"},
};

constexpr Field kRecordStop[] = {
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "recording_id", .type = FieldType::uuid},
};

constexpr Field kTransfer[] = {
    {.name = "answering_machine_detection",
     .type = FieldType::text,
     .choices = "premium|detect|detect_beep|detect_words|greeting_end|disabled"},
    {.name = "answering_machine_detection_config", .type = FieldType::object},
    {.name = "audio_url", .type = FieldType::text},
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "custom_headers", .type = FieldType::headers},
    {.name = "early_media", .type = FieldType::flag},
    {.name = "from", .type = FieldType::e164},
    {.name = "from_display_name", .type = FieldType::name},
    {.name = "media_encryption", .type = FieldType::text, .choices = "disabled|SRTP|DTLS"},
    {.name = "media_name", .type = FieldType::text},
    {.name = "mute_dtmf", .type = FieldType::text, .choices = "none|both|self|opposite"},
    {.name = "park_after_unbridge", .type = FieldType::text},
    {.name = "preferred_codecs", .type = FieldType::text},
    {.name = "privacy", .type = FieldType::text, .choices = "id|none"},
    {.name = "record", .type = FieldType::text, .choices = "record-from-answer"},
    {.name = "record_channels", .type = FieldType::text, .choices = "single|dual"},
    {.name = "record_custom_file_name", .type = FieldType::text, .min = 1, .max = 40},
    {.name = "record_format", .type = FieldType::text, .choices = "wav|mp3"},
    {.name = "record_max_length", .type = FieldType::integer, .min = 0, .max = 43200},
    {.name = "record_timeout_secs", .type = FieldType::integer},
    {.name = "record_track", .type = FieldType::text, .choices = "both|inbound|outbound"},
    {.name = "record_trim", .type = FieldType::text, .choices = "trim-silence"},
    {.name = "send_digits_on_answer", .type = FieldType::text},
    {.name = "sip_auth_password", .type = FieldType::text},
    {.name = "sip_auth_username", .type = FieldType::text},
    {.name = "sip_headers", .type = FieldType::headers},
    {.name = "sip_region", .type = FieldType::text, .choices = "US|Europe|Canada|Australia|Middle East"},
    {.name = "sip_transport_protocol", .type = FieldType::text, .choices = "UDP|TCP|TLS"},
    {.name = "sound_modifications", .type = FieldType::object},
    {.name = "target_leg_client_state", .type = FieldType::base64},
    {.name = "time_limit_secs", .type = FieldType::integer, .min = 30, .max = 14400},
    {.name = "timeout_secs", .type = FieldType::integer, .min = 5, .max = 600},
    {.name = "to", .type = FieldType::single_destination, .required = true},
    {.name = "webhook_retries_policies", .type = FieldType::object},
    {.name = "webhook_url", .type = FieldType::text},
    {.name = "webhook_url_method", .type = FieldType::text, .choices = "POST|GET"},
    {.name = "webhook_urls", .type = FieldType::object},
    {.name = "webhook_urls_method", .type = FieldType::text, .choices = "POST|GET"},
};

constexpr Field kGather[] = {
    {.name = "client_state", .type = FieldType::base64},
    {.name = "command_id", .type = FieldType::text},
    {.name = "inter_digit_timeout_millis", .type = FieldType::integer},
    {.name = "invalid_payload", .type = FieldType::text, .min = 1, .max = 3000},
    {.name = "language",
     .type = FieldType::text,
     .choices = "arb|cmn-CN|cy-GB|da-DK|de-DE|en-AU|en-GB|en-GB-WLS|en-IN|en-US|es-ES|es-MX|es-US|fr-CA|fr-FR|hi-IN|is-"
                "IS|it-IT|ja-JP|ko-KR|nb-NO|nl-NL|pl-PL|pt-BR|pt-PT|ro-RO|ru-RU|sv-SE|tr-TR"},
    {.name = "maximum_digits", .type = FieldType::integer, .min = 1, .max = 128},
    {.name = "maximum_tries", .type = FieldType::integer},
    {.name = "minimum_digits", .type = FieldType::integer, .min = 1, .max = 128},
    {.name = "payload", .type = FieldType::text, .required = true, .min = 1, .max = 3000},
    {.name = "payload_type", .type = FieldType::text, .choices = "text|ssml"},
    {.name = "service_level", .type = FieldType::text, .choices = "basic|premium"},
    {.name = "terminating_digit", .type = FieldType::text},
    {.name = "timeout_millis", .type = FieldType::integer},
    {.name = "valid_digits", .type = FieldType::text},
    {.name = "voice", .type = FieldType::text, .required = true},
    {.name = "voice_settings", .type = FieldType::any},
};

constexpr Field kClientStateUpdate[] = {
    {.name = "client_state", .type = FieldType::base64, .required = true},
};

}  // namespace

std::span<const Field> fields_of(Verb verb) noexcept {
  switch (verb) {
    case Verb::dial:
      return kDial;
    case Verb::answer:
      return kAnswer;
    case Verb::bridge:
      return kBridge;
    case Verb::hangup:
      return kHangup;
    case Verb::reject:
      return kReject;
    case Verb::speak:
      return kSpeak;
    case Verb::playback_start:
      return kPlaybackStart;
    case Verb::record_start:
      return kRecordStart;
    case Verb::record_stop:
      return kRecordStop;
    case Verb::transfer:
      return kTransfer;
    case Verb::gather_using_speak:
      return kGather;
    case Verb::client_state_update:
      return kClientStateUpdate;
  }
  return {};
}

}  // namespace ringfence::sim
