//! The policy's settings: read strictly, with every error in one message. The rules are handed to it.

mod errors;
mod form;
mod platform;
mod settings;

pub use errors::port_range;
pub use form::keys;
pub use platform::{PLATFORMS, Platform};
pub use settings::{NodeKind, ParameterValue, RuleSettings, Settings, SettingsError, parse};
