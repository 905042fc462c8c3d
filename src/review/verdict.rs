//! The outcome of a request, as values that borrow nothing from it.

use super::mutation::Mutation;
use crate::config::SettingsError;
use crate::document::reader::JsonError;
use crate::document::text::printable;
use crate::lint::finding::Finding;
use crate::lint::rule::Level;

/// The HTTP status of a request that cannot be read.
const UNREADABLE: u16 = 422;
/// The HTTP status of a request under settings that are not valid.
const BAD_SETTINGS: u16 = 400;

/// An answer that needs no look at the object with the rules.
#[derive(Debug, PartialEq, Eq)]
pub enum Early {
    /// The request does not concern a virtual node, or nothing in it is judged.
    Accepted,
    /// The request cannot be judged.
    Rejected {
        /// The HTTP status.
        code: u16,
        /// The reason, for people.
        message: String,
    },
}

/// The findings in an object, and what the fixes make of it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The object, as in `Deployment shop/web`.
    pub title: String,
    /// The violations, after the fixes that are on.
    pub findings: Vec<Finding>,
    /// The violations that are exempt.
    pub exempted: Vec<Finding>,
    /// The fixes that are on.
    pub mutation: Mutation,
    /// How to keep the object off virtual nodes.
    pub advice: Option<String>,
    /// Where a reader of a denial finds more.
    pub help_url: Option<String>,
}

impl Verdict {
    /// Whether any finding denies the request.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        is_denied(&self.findings)
    }
}

/// At most this many fields of the wrong type are named.
const MAX_UNREADABLE: usize = 64;

/// Whether any finding denies the request.
pub(super) fn is_denied(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Deny)
}

impl Early {
    /// The request cannot be read.
    #[must_use]
    pub fn unreadable(message: &str) -> Self {
        Early::Rejected { code: UNREADABLE, message: message.to_owned() }
    }

    /// A text is not JSON. `whole` names the text, for an error that is in no field of it.
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

/// Fields of an object have the wrong type: all of them, in one message.
pub(super) fn unreadable_fields(title: &str, fields: &[String]) -> Early {
    let count = fields.len().min(MAX_UNREADABLE);
    let at_least = if count == MAX_UNREADABLE { "at least " } else { "" };
    let plural = if count == 1 { "" } else { "s" };
    // Names can hold line breaks until somebody has validated them.
    let mut message = printable(format!("{title} cannot be read: {at_least}{count} field{plural}"), 800);
    for field in fields.iter().take(MAX_UNREADABLE) {
        message.push_str("\n- ");
        message.push_str(&printable(field.clone(), 800));
    }
    Early::unreadable(&message)
}
