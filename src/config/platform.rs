//! Platforms: the state of virtual nodes at the dates of Oracle's announcements.

/// The state of virtual nodes on a date.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    /// The date, as in the setting: `YYYY-MM-DD`.
    pub day: &'static str,
    /// True if pods can use persistent volumes on File Storage.
    pub has_file_storage: bool,
}

/// The date of Oracle's comparison page.
pub const COMPARISON_PAGE: &str = "2024-10-28";
/// The date of Oracle's release note on persistent volumes on File Storage.
pub const FILE_STORAGE: &str = "2026-08-28";

/// All platforms, the default first.
pub static PLATFORMS: [Platform; 2] = [
    Platform { day: COMPARISON_PAGE, has_file_storage: false },
    Platform { day: FILE_STORAGE, has_file_storage: true },
];

impl Platform {
    /// Returns the platform of a date; the default for any other text.
    pub(super) fn of(day: &str) -> &'static Self {
        let [default, ..] = &PLATFORMS;
        PLATFORMS.iter().find(|platform| platform.day == day).unwrap_or(default)
    }
}
