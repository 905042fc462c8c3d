//! The settings of the policy, as the options of `kwctl run` give them.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use serde_json::value::RawValue;

/// The options for settings, with the names that `kwctl` gives them.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct Source {
    /// File with the policy's settings, YAML or JSON
    #[arg(short, long, value_name = "FILE", conflicts_with = "settings_json")]
    pub settings_path: Option<PathBuf>,

    /// The policy's settings as JSON text
    #[arg(long, value_name = "JSON")]
    pub settings_json: Option<String>,
}

impl Source {
    /// Reads the settings; `{}` if there are none. As in Kubewarden, null means `{}`, and anything else that isn't an
    /// object is an error.
    ///
    /// # Errors
    /// If the file cannot be read, or the text isn't YAML or JSON, or isn't an object.
    pub fn read(&self) -> Result<Box<RawValue>> {
        let (settings, origin): (Value, _) = match (&self.settings_path, &self.settings_json) {
            (Some(path), _) => {
                let origin = format!("the settings file {}", path.display());
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {origin}"))?;
                (yaml_serde::from_str(&text).with_context(|| format!("{origin} is not YAML"))?, origin)
            }
            (None, Some(json)) => {
                let settings = serde_json::from_str(json).context("the text of --settings-json is not JSON")?;
                (settings, "the text of --settings-json".to_owned())
            }
            (None, None) => (Value::Null, String::new()),
        };
        match settings {
            Value::Null => Ok(RawValue::from_string("{}".to_owned())?),
            Value::Object(_) => Ok(serde_json::value::to_raw_value(&settings)?),
            _ => bail!("{origin} is not an object, but settings are one"),
        }
    }
}
