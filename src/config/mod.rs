//! The policy's settings: read strictly, with all errors in one message. The caller passes the rules.

mod errors;
mod form;
mod platform;
mod settings;

pub use errors::port_range;
pub use form::keys;
pub use platform::{COMPARISON_PAGE, PLATFORMS, Platform};
pub use settings::{NodeKind, ParameterValue, RuleSettings, Settings, SettingsError, parse};
