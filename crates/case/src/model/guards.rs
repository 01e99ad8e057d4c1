//! Conditions of transitions, evaluated on a case and whoever moves it.

use base::{Date, Error, Refusal, Result, clock};
use regulation::{Guard, GuardRule, Procedure, Transition, Verb};
use serde_json::{Map, Value, json};

use crate::model::{CaseSnapshot, Stance};

/// The first condition that does not hold, as the regulation words it.
pub(crate) fn check_guards(
    transition: &Transition,
    case: &CaseSnapshot,
    procedure: &Procedure,
    standing: (&Stance, Date),
) -> Result<Vec<Refusal>> {
    if transition.guards.is_empty() {
        return Ok(Vec::new());
    }
    let values = values(case, procedure, standing);
    let mut refusals = Vec::new();
    for rule in &transition.guards {
        // A guard that cannot be evaluated is a fault of the regulation, never the reader's.
        let guard = Guard::compile(&rule.when).map_err(Error::fault)?;
        if !guard.evaluate(&values).map_err(Error::fault)? {
            refusals.push(said(rule));
        }
    }
    Ok(refusals)
}

/// The regulation words its own refusals; the catalogue only hands the sentence on.
fn said(rule: &GuardRule) -> Refusal {
    let english = if rule.title_en.is_empty() { &rule.title } else { &rule.title_en };
    Refusal::conflict("case.condition").arg("title", &rule.title).arg("title_en", english)
}

/// Every variable of [`regulation::guard::VARIABLES`].
pub(crate) fn values(case: &CaseSnapshot, procedure: &Procedure, (stance, today): (&Stance, Date)) -> Value {
    let head = &case.head;
    let fields: Map<String, Value> =
        procedure.fields.iter().map(|field| (field.key.clone(), case.field(&field.key).into())).collect();
    let reports = case.history.iter().filter(|taken| taken.verb == Verb::Report.word()).count();
    let raised = clock::day_of(head.raised_at);
    json!({
        "case": {
            "procedure": head.procedure,
            "state": head.state,
            "channel": head.channel.clone().unwrap_or_default(),
            "class": head.class.clone().unwrap_or_default(),
            "unit": head.unit.to_string(),
            "department": case.field("department"),
            "result": case.field("result"),
            "anonymous": head.anonymous,
            "has_raiser": head.has_raiser,
            "has_due": head.due.is_some(),
            "numbered": head.number.is_some(),
            "joint": case.present("joint").next().is_some(),
            "open_parts": case.open_parts,
            "missing_countersigns": case.missing_countersigns(),
            "open_slips": head.slips_open,
            "days_open": days(raised, today),
            "days_late": head.late_on.map_or(0, |day| days(day, today).max(0)),
            "reopened": head.reopened,
            "reports": reports,
            "fields": fields,
        },
        "actor": {
            "roles": stance.roles,
            "relations": stance.relations,
            "unit": stance.unit,
            "in_chain": stance.in_chain,
        },
    })
}

fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
