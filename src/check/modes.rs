//! File modes: reports modes that virtual nodes don't support.

use crate::check::context::Context;
use crate::document::view::Int32;
use crate::lint::finding::Scalar;

/// 0644, the mode of all files on virtual nodes.
const MODE: i32 = 0o644;

/// Reports a mode other than 0644, with the fix that sets it. `remedy` names the field.
pub fn report(cx: &mut Context<'_>, mode: Int32<'_>, remedy: &'static str) {
    if mode.value == MODE {
        return;
    }
    let new = Scalar::Int(MODE.into());
    if is_meant_as_octal(mode.value) {
        let problem = format_args!("files get mode 0644 on virtual nodes, and {0} in decimal is 0{0:03o}", mode.value);
        cx.set(mode.node, new, problem, "write 0644, which is 420 in decimal, or remove it");
    } else {
        let problem = format_args!("files get mode 0644 on virtual nodes, not 0{:03o}", mode.value);
        cx.set(mode.node, new, problem, remedy);
    }
}

/// Returns true if a decimal number looks like an octal mode without its leading zero.
const fn is_meant_as_octal(mode: i32) -> bool {
    matches!(
        mode,
        400 | 440 | 444 | 500 | 550 | 555 | 600 | 640 | 644 | 660 | 664 | 666 | 700 | 750 | 755 | 770 | 775 | 777
    )
}
