//! The SQL of the journal's pages and of the probe.

use base::{Date, Result, clock};
use db::{Cx, Row, Statement, Value};
use journal::{Recorded, Ref};

// Reads a table every tenant has, so that a file that went away or a dead connection is noticed.
static READY: Statement = Statement::new("ops.ready", "SELECT COUNT(*) FROM journal_parameter");

pub(super) static STATEMENTS: &[&Statement] = &[&READY];

/// Reads something.
pub(super) fn ready(cx: &mut Cx<'_>) -> Result<i64> {
    cx.number(&READY, &[])
}

/// What entries of the journal are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Only this act, or all acts of a noun (`case.`).
    pub(super) act: Option<String>,
    /// Only what was done to this.
    pub(super) subject: Option<Ref>,
    /// Only what this actor did.
    pub(super) actor: Option<String>,
    /// Only what was done on this day in China.
    pub(super) day: Option<Date>,
    /// Only what came before this entry.
    pub(super) before: Option<String>,
    /// At most so many.
    pub(super) limit: i64,
}

/// Entries, newest first. Ids begin with the time, so a day is a stretch of the primary key.
pub(super) fn entries(cx: &mut Cx<'_>, asked: &Asked) -> Result<Vec<Recorded>> {
    let mut values: Vec<Value<'_>> = Vec::new();
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut add = |condition: &str, value: String| {
        values.push(Value::from(value));
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(act) = &asked.act {
        match act.strip_suffix('.') {
            Some(noun) => {
                add("act > ?", format!("{noun}."));
                // The character after the dot.
                add("act < ?", format!("{noun}/"));
            }
            None => add("act = ?", act.clone()),
        }
    }
    if let Some(subject) = &asked.subject {
        add("subject_kind = ?", subject.kind.to_string());
        add("subject_id = ?", subject.id.clone());
    }
    if let Some(actor) = &asked.actor {
        add("actor = ?", actor.clone());
    }
    if let Some(day) = asked.day {
        add("id >= ?", first_id(day));
        add("id < ?", first_id(day.tomorrow().unwrap_or(day)));
    }
    if let Some(before) = &asked.before {
        add("id < ?", before.clone());
    }
    values.push(Value::from(asked.limit));
    let sql = format!(
        "SELECT id, at, actor, act, subject_kind, subject_id, body FROM journal_entry WHERE {} \
         ORDER BY id DESC LIMIT ${}",
        conditions.join(" AND "),
        values.len()
    );
    cx.rows_of("ops.entries", &sql, &values, recorded)
}

fn recorded(row: &Row<'_>) -> Result<Recorded> {
    Ok(Recorded {
        id: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        act: row.get(3)?,
        subject: Ref { kind: row.get::<String>(4)?.into(), id: row.get(5)? },
        body: row.get(6)?,
    })
}

/// The smallest id of a day: the first 48 bits of an id are milliseconds since 1970 (RFC 9562, 5.7).
fn first_id(day: Date) -> String {
    let millis = clock::start_of(day).as_millisecond();
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

#[cfg(test)]
mod tests {
    use base::{Ids, clock};

    use super::*;

    #[test]
    fn the_ids_of_a_day_lie_between_its_first_id_and_that_of_the_next() {
        let day: Date = "2026-11-22".parse().unwrap();
        let ids = Ids::seeded(7);
        let start = clock::start_of(day);
        let end = clock::start_of(day.tomorrow().unwrap());
        let within = ids.next::<()>(start).to_string();
        let last = ids.next::<()>(end - std::time::Duration::from_millis(1)).to_string();
        let after = ids.next::<()>(end).to_string();
        let next = first_id(day.tomorrow().unwrap());
        assert!(first_id(day) < within && within < last && last < next && next < after);
    }
}
