//! A waPC guest that answers at once and reads nothing.
//!
//! What it costs to start it and to hand it a request is what any policy pays. The benchmarks and the budgets
//! measure the policy against it, in the same run, so that the machine they run on does not matter.

use wapc_guest as guest;

/// Called by the host when the module has been instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", |_| Ok(br#"{"accepted":true}"#.to_vec()));
    guest::register_function("validate_settings", |_| Ok(br#"{"valid":true}"#.to_vec()));
    guest::register_function("protocol_version", |_| Ok(br#""v1""#.to_vec()));
}
