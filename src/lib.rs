//! placeholder
use kubewarden_policy_sdk::protocol_version_guest;
use wapc_guest as guest;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", |_| Ok(br#"{"accepted":true}"#.to_vec()));
    guest::register_function("validate_settings", |_| Ok(br#"{"valid":true}"#.to_vec()));
    guest::register_function("protocol_version", protocol_version_guest);
}
