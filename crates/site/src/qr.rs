//! QR codes as one SVG path, for screen and paper alike.

use std::fmt::Write as _;

use base::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};

/// A QR code ready for a template.
pub(crate) struct Qr {
    /// Modules to a side, with the quiet zone of four on each (ISO/IEC 18004).
    pub(crate) side: usize,
    /// The dark modules.
    pub(crate) path: String,
}

const QUIET: usize = 4;

/// The code of `text`. Level M survives the fold of a slip.
pub(crate) fn qr(text: &str) -> Result<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::fault)?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            // Writing into a String cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Ok(Qr { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_its_quiet_zone() {
        let code = qr("https://example.org/public/follow/abc").unwrap();
        let far = code.side - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(code.path.contains(&format!("M{x} {y}h")), "no finder at {x},{y}");
        }
        assert!(!code.path.contains("M0 ") && !code.path.contains(" 3h"));
    }
}
