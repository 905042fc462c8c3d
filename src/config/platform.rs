//! Platforms: Oracle's announcements by their days, as data.

/// The state of virtual nodes on a day.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    /// The day, as the setting names it.
    pub day: &'static str,
    /// Whether pods can use persistent volumes that File Storage backs.
    pub has_file_storage: bool,
}

/// The comparison page as it is written.
pub const COMPARISON_PAGE: &str = "2024-10-28";
/// The release note on persistent volumes that File Storage backs.
pub const FILE_STORAGE: &str = "2026-08-28";

/// Every day that is known, the default first.
pub static PLATFORMS: [Platform; 2] = [
    Platform { day: COMPARISON_PAGE, has_file_storage: false },
    Platform { day: FILE_STORAGE, has_file_storage: true },
];

impl Platform {
    /// The platform of a day; the default for any other text.
    pub(super) fn of(day: &str) -> &'static Self {
        let [default, ..] = &PLATFORMS;
        PLATFORMS.iter().find(|platform| platform.day == day).unwrap_or(default)
    }
}
