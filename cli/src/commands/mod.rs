//! The commands of `oke-vn`, and the options that more than one of them has.

pub mod about;
pub mod baseline;
pub mod check;
pub mod diff;
pub mod explain;
pub mod inputs;
pub mod plan;
#[cfg(feature = "cluster")]
pub mod scan;

use std::io;
use std::path::PathBuf;

use clap::ValueEnum;
use oke_vn::input;
use oke_vn::output::words;

#[derive(Debug, clap::Args)]
pub struct Render {
    /// Leave charts and overlays out, in place of rendering them
    #[arg(long)]
    no_render: bool,

    /// A file of values for charts, as for `helm template`; may be repeated
    #[arg(long, value_name = "FILE")]
    values: Vec<PathBuf>,

    /// A value for charts, as for `helm template`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// The name of the release of charts
    #[arg(long, value_name = "NAME", default_value = "release-name")]
    release_name: String,
}

impl Render {
    /// How to render; `None` with `--no-render`.
    pub fn rendering(&self, namespace: &str) -> Option<input::Rendering> {
        (!self.no_render).then(|| input::Rendering {
            namespace: namespace.to_owned(),
            release_name: self.release_name.clone(),
            values: self.values.clone(),
            set: self.set.clone(),
            ..input::Rendering::default()
        })
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Profile {
    /// Deny what Oracle lists as not supported
    Strict,
    /// Only warn of what Oracle's own manifests for virtual nodes contain
    Tolerant,
}

impl Profile {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Tolerant => "tolerant",
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Nowhere
    Never,
}

/// The columns of a text on standard output: those of the variable `COLUMNS`, or of the terminal, or the default.
pub fn columns() -> usize {
    known_columns().unwrap_or(words::DEFAULT_WIDTH)
}

/// Likewise, where they are known: not in a pipe.
pub fn known_columns() -> Option<usize> {
    let variable = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    variable.or_else(terminal).filter(|columns| *columns > 0).map(words::width)
}

/// Standard output, and whether colours come through.
pub fn stdout(color: Color) -> (anstream::AutoStream<Box<dyn io::Write>>, bool) {
    let choice = match color {
        Color::Auto => anstream::AutoStream::choice(&io::stdout()),
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    let stdout = io::BufWriter::new(io::stdout().lock());
    (anstream::AutoStream::new(Box::new(stdout), choice), choice != anstream::ColorChoice::Never)
}

/// The exit status if something is denied.
pub const DENIED: u8 = 1;
/// The exit status if something could not be done; clap uses the same for wrong options.
pub const TROUBLE: u8 = 2;
