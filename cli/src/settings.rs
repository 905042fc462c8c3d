//! The settings of the policy, as the command line gets them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::judge::PLACEMENT;
use crate::node::{Node, Value};
use crate::yaml;

/// The options for settings, with the names that `kwctl` gives them.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct Source {
    /// File with the policy's settings, YAML or JSON
    #[arg(short, long, value_name = "FILE", conflicts_with = "settings_json")]
    pub settings_path: Option<std::path::PathBuf>,

    /// The policy's settings as JSON text
    #[arg(long, value_name = "JSON")]
    pub settings_json: Option<String>,
}

impl Source {
    /// Reads the settings; `{}` if there are none. As Kubewarden does, it takes null for `{}` and refuses everything
    /// else that isn't an object.
    ///
    /// # Errors
    /// If the file cannot be read, or the text isn't YAML or JSON, or isn't an object.
    pub fn read(&self) -> Result<Box<RawValue>> {
        let (text, origin) = match (&self.settings_path, &self.settings_json) {
            (Some(path), _) => (read_file(path)?, format!("the settings file {}", path.display())),
            (None, Some(json)) => {
                // Said of the option's own text, since a YAML reader would take nearly anything.
                serde_json::from_str::<&RawValue>(json).context("the text of --settings-json is not JSON")?;
                (json.clone(), "the text of --settings-json".to_owned())
            }
            (None, None) => return Ok(RawValue::from_string("{}".to_owned())?),
        };
        let documents = yaml::load(&text, 1)
            .map_err(|error| anyhow::anyhow!("{origin} is not YAML: line {}: {error}", error.line))?;
        match documents.as_slice() {
            [] => Ok(RawValue::from_string("{}".to_owned())?),
            [document] => match document.value {
                Value::Null => Ok(RawValue::from_string("{}".to_owned())?),
                Value::Mapping(_) => Ok(RawValue::from_string(document.to_json())?),
                _ => bail!("{origin} holds {}, but settings are an object", describe(document)),
            },
            _ => bail!("{origin} holds several documents, but settings are one object"),
        }
    }
}

/// The settings with the profile that the command line names.
pub fn with_profile(settings: &RawValue, profile: &str) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    object.insert("profile".to_owned(), profile.into());
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// The settings for `--fix`: with every fix and with templates, unless the settings say otherwise.
pub fn with_fixes(settings: &RawValue) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    // To keep pods off virtual nodes fixes no manifest.
    let is_fix = |id: &str| id != PLACEMENT;
    let is_chosen = rules(&object).any(|(id, rule)| is_fix(id) && rule.get("mutate") == Some(&Json::Bool(true)));
    if !is_chosen && object.get("mutate").is_none_or(Json::is_null) {
        object.insert("mutate".to_owned(), "full".into());
    }
    if object.get("mutateTemplates").is_none_or(Json::is_null) {
        object.insert("mutateTemplates".to_owned(), true.into());
    }
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// The settings without any fix.
pub fn without_fixes(settings: &RawValue) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    object.insert("mutate".to_owned(), "off".into());
    if let Some(Json::Object(rules)) = object.get_mut("rules") {
        for rule in rules.values_mut().filter_map(Json::as_object_mut) {
            rule.remove("mutate");
        }
    }
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// Whether the settings let templates be fixed.
pub fn fixes_templates(settings: &RawValue) -> Result<bool> {
    let object: Object = serde_json::from_str(settings.get())?;
    Ok(object.get("mutateTemplates") == Some(&Json::Bool(true)))
}

type Object = serde_json::Map<String, Json>;

fn rules(settings: &Object) -> impl Iterator<Item = (&str, &Object)> {
    let rules = settings.get("rules").and_then(Json::as_object).into_iter().flatten();
    rules.filter_map(|(id, rule)| Some((id.as_str(), rule.as_object()?)))
}

fn read_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read the settings file {}", path.display()))
}

fn describe(node: &Node) -> &'static str {
    match node.value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
    }
}
