//! The outcome of a request, as values that don't borrow from it.

use super::mutation::Mutation;
use crate::config::SettingsError;
use crate::document::reader::JsonError;
use crate::document::text::printable;
use crate::lint::finding::Finding;
use crate::lint::rule::Level;

/// The HTTP status of a request that cannot be read.
const UNREADABLE: u16 = 422;
/// The HTTP status of a request with invalid settings.
const BAD_SETTINGS: u16 = 400;

/// An answer that doesn't need the rules. It travels as an `Err`, so that `?` ends the review, and may be an acceptance.
#[derive(Debug, PartialEq, Eq)]
pub enum Early {
    /// No rule checks the request.
    Accepted,
    /// The pods of the request stay on managed nodes. The request is accepted.
    StaysOnManagedNodes,
    /// The request cannot be reviewed.
    Rejected {
        /// The HTTP status.
        code: u16,
        /// The reason, as a message for the user.
        message: String,
    },
}

/// The findings in an object, and the effect of fixes.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The object's title, as in `Deployment shop/web`.
    pub title: String,
    /// What denies or warns, once fixes are applied or proposed and exemptions are taken out.
    pub findings: Vec<Finding>,
    /// True if the object has more than can be judged, so that violations may be missing.
    pub is_partial: bool,
    /// The violations that are exempt.
    pub exempted: Vec<Finding>,
    /// The fixes that are applied or proposed.
    pub mutation: Mutation,
    /// Advice on how to keep the object off virtual nodes.
    pub advice: Option<String>,
    /// A URL to show in a denial.
    pub help_url: Option<String>,
}

impl Verdict {
    /// Returns true if any finding denies the request.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        is_denied(&self.findings)
    }
}

/// The maximum number of fields of the wrong type in a message.
const MAX_UNREADABLE: usize = 64;

/// Returns true if any finding denies the request.
pub(super) fn is_denied(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Deny)
}

impl Early {
    /// Creates the rejection of a request that cannot be read.
    #[must_use]
    pub fn unreadable(message: &str) -> Self {
        Early::Rejected { code: UNREADABLE, message: message.to_owned() }
    }

    /// Creates the rejection of text that isn't JSON. `whole` names the text, for errors outside its fields.
    #[must_use]
    pub fn not_json(error: &JsonError, whole: &str) -> Self {
        let place = if error.path.is_empty() { whole } else { error.path.as_str() };
        Early::unreadable(&format!("{place} is not valid JSON"))
    }
}

impl From<SettingsError> for Early {
    fn from(error: SettingsError) -> Self {
        Early::Rejected { code: BAD_SETTINGS, message: error.0 }
    }
}

/// Creates the rejection of an object with fields of the wrong type, all in one message.
pub(super) fn unreadable_fields(title: &str, fields: &[String]) -> Early {
    let count = fields.len().min(MAX_UNREADABLE);
    let at_least = if count == MAX_UNREADABLE { "at least " } else { "" };
    let plural = if count == 1 { "" } else { "s" };
    // Names can contain line breaks, because the API server validates them later.
    let mut message = printable(format!("{title} cannot be read: {at_least}{count} field{plural}"), 800);
    for field in fields.iter().take(MAX_UNREADABLE) {
        message.push_str("\n- ");
        message.push_str(&printable(field.clone(), 800));
    }
    Early::unreadable(&message)
}
