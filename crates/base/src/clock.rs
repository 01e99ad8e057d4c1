//! Time. China keeps one civil time, UTC+8 without daylight saving since 1992 (GB/T 7408), so the
//! zone is a constant offset and no zone database is needed.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

pub use jiff::{Timestamp, civil::Date};
use jiff::{Zoned, tz};

/// Where the time comes from: the machine, or a hand that tests and demos turn.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until set; microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is set.
    pub fn manual(at: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The present moment, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            Self::System => Timestamp::now().as_microsecond(),
            Self::Manual(at) => at.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Turns a manual clock to `at`; the machine's clock is left alone.
    pub fn set(&self, at: Timestamp) {
        if let Self::Manual(hand) = self {
            hand.store(at.as_microsecond(), Ordering::SeqCst);
        }
    }
}

/// The civil time in China at a moment.
pub fn in_china(at: Timestamp) -> Zoned {
    at.to_zoned(tz::TimeZone::fixed(tz::offset(8)))
}

/// The date in China at a moment.
pub fn day_of(at: Timestamp) -> Date {
    in_china(at).date()
}

/// The first moment of a day in China.
pub fn start_of(day: Date) -> Timestamp {
    day.at(0, 0, 0, 0)
        .to_zoned(tz::TimeZone::fixed(tz::offset(8)))
        .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// A moment as the database keeps it: UTC with exactly six decimals, so that text order is time order.
pub fn to_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_in_china_begins_at_sixteen_utc() {
        let at: Timestamp = "2026-11-21T16:00:00Z".parse().unwrap();
        assert_eq!(day_of(at).to_string(), "2026-11-22");
        assert_eq!(start_of(day_of(at)), at);
        assert_eq!(to_text(at), "2026-11-21T16:00:00.000000Z");
    }
}
