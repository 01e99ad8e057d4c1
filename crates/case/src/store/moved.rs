//! What follows when a unit moves in the organisation tree: the paths that cases keep begin anew.

use base::Result;
use db::{Cx, Statement, values};
use org::unit::Moved;

/// `$1` is the old beginning, `$2` the new one. Compared by `SUBSTR`, which minds no collation.
macro_rules! follow {
    ($name:literal, $table:literal, $column:literal) => {
        Statement::new(
            $name,
            concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $2 || SUBSTR(",
                $column,
                ", LENGTH($1) + 1) ",
                "WHERE SUBSTR(",
                $column,
                ", 1, LENGTH($1)) = $1"
            ),
        )
    };
}

pub(crate) static HEAD_UNIT: Statement = follow!("case.follow-unit", "case_head", "unit_path");
pub(crate) static HEAD_DEPARTMENT: Statement =
    follow!("case.follow-department", "case_head", "department_path");
pub(crate) static PARTY: Statement = follow!("case.follow-party", "case_party", "unit_path");
pub(crate) static TALLY: Statement = follow!("case.follow-tally", "case_tally", "unit_path");

/// Rewrites the paths of a moved subtree, in the transaction that moves it. Registered with the
/// organisation when the program starts.
pub fn follow_units(cx: &mut Cx<'_>, moved: &Moved) -> Result<()> {
    for statement in [&HEAD_UNIT, &HEAD_DEPARTMENT, &PARTY, &TALLY] {
        cx.execute(statement, values![moved.from.0.as_str(), moved.to.0.as_str()])?;
    }
    Ok(())
}
