//! The metadata that `kwctl annotate` writes into a module.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The custom section of a module that holds its metadata.
pub const SECTION: &str = "io.kubewarden.metadata";

/// The metadata of a module that matters for running it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The kinds that the policy may look up.
    #[serde(default)]
    pub context_aware_resources: Vec<Resource>,
    /// The interface of the module.
    pub execution_mode: Option<String>,
    /// The type of the policy: for Kubernetes objects, or for any JSON.
    pub policy_type: Option<String>,
}

/// A kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The `apiVersion`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

impl Metadata {
    /// Reads the metadata of a module; `None` if it has none.
    ///
    /// # Errors
    /// If the section is there and its JSON isn't valid.
    pub fn read(module: &[u8]) -> Result<Option<Self>> {
        let section = custom_section(module, SECTION.as_bytes());
        section.map(serde_json::from_slice).transpose().context("the metadata in the module is not valid")
    }

    /// Checks that the harness can run a policy with this metadata.
    ///
    /// # Errors
    /// If the policy isn't a waPC module for Kubernetes objects.
    pub fn check_runnable(&self) -> Result<()> {
        if let Some(mode) = self.execution_mode.as_deref().filter(|mode| *mode != "kubewarden-wapc") {
            bail!("the policy wants to be run as `{mode}`; only kubewarden-wapc is supported");
        }
        if self.policy_type.as_deref() == Some("raw") {
            bail!("the policy is for raw requests, which are not supported");
        }
        Ok(())
    }
}

/// Returns the content of a custom section.
fn custom_section<'m>(module: &'m [u8], wanted: &[u8]) -> Option<&'m [u8]> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let mut rest = module.get(HEADER..)?;
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = length(after)?;
        let (section, next) = after.split_at_checked(size)?;
        if *id == CUSTOM {
            let (size, named) = length(section)?;
            let (name, content) = named.split_at_checked(size)?;
            if name == wanted {
                return Some(content);
            }
        }
        rest = next;
    }
    None
}

/// Decodes a length in LEB128, and returns it with the remaining bytes.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f).checked_shl(u32::try_from(index).ok()? * 7)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_from_the_module() {
        let mut module = wat::parse_str("(module (memory 1))").unwrap();
        assert!(Metadata::read(&module).unwrap().is_none());
        let json = format!(
            r#"{{"contextAwareResources":[{{"apiVersion":"v1","kind":"Pod"}}],"executionMode":"kubewarden-wapc","x":"{}"}}"#,
            "y".repeat(200)
        );
        let mut section = vec![u8::try_from(SECTION.len()).unwrap()];
        section.extend(SECTION.bytes());
        section.extend(json.as_bytes());
        let size = section.len();
        module.extend([0, (size & 0x7f) as u8 | 0x80, (size >> 7) as u8]);
        module.extend(section);
        let metadata = Metadata::read(&module).unwrap().unwrap();
        assert_eq!(metadata.context_aware_resources[0].kind, "Pod");
        assert_eq!(metadata.execution_mode.as_deref(), Some("kubewarden-wapc"));
        assert!(custom_section(&module[..module.len() - 1], SECTION.as_bytes()).is_none());
    }

    #[test]
    fn other_kinds_of_policies_are_refused() {
        let with = |json: &str| serde_json::from_str::<Metadata>(json).unwrap().check_runnable();
        assert!(with("{}").is_ok());
        assert!(with(r#"{"executionMode": "wasi"}"#).unwrap_err().to_string().contains("`wasi`"));
        assert!(with(r#"{"policyType": "raw"}"#).is_err());
    }
}
