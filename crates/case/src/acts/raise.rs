//! Raising cases: one at a counter, or two thousand out of a workbook.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Actor, MasterKey, Permit, RightsTable, Subject, UnitPath, sealed};
use base::{
    Error, Id, Refusal, Result, Timestamp, clock,
    noun::{Case, Unit},
};
use db::Cx;
use journal::{Entry, Ref};
use regulation::{Column, CountsAs, Effect, Holder, Procedure, Restart};
use serde_json::json;

use super::{EXTRA, NewCase, Raised, Resident, receipts, tell};
use crate::{
    Rules,
    model::{
        Asked, CaseHead, CaseSnapshot, Known, KnownUnit, Step, Taken, Tally, check_fields, enter, named,
    },
    store::{board, head, imports, parts, people},
};

/// Leave to enter a case of this procedure in this unit: the table of rights (`case.create`) and the
/// procedure's own intake.
pub fn may_raise(rules: &Rules<'_>, actor: &Actor, at: (&str, &UnitPath)) -> Result<Permit> {
    let (procedure, unit_path) = (rules.procedure(at.0)?, at.1);
    if actor.person.is_none() {
        let open =
            procedure.intake.by.iter().any(|by| matches!(by.to_string().as_str(), "@raiser" | "@public"));
        let refusal = || Refusal::unauthenticated("access.sign-in-first");
        return if open { Ok(Permit::for_resident("case.create")) } else { Err(refusal().into()) };
    }
    let offices: Vec<&'static str> =
        if crate::model::holds_office(procedure, actor, unit_path) { vec!["office"] } else { Vec::new() };
    let subject = Subject::of_unit(unit_path).related(offices);
    let permit = rights_to_enter(rules.rights, actor, &subject)?;
    // A post anywhere may take in what it hears; which kinds of post may is the procedure's to say.
    let by: Vec<String> = procedure.intake.by.iter().map(ToString::to_string).collect();
    let named = actor.posts.iter().any(|post| by.contains(&post.role));
    if named || subject.relations.iter().any(|relation| by.contains(&format!("@{relation}"))) {
        return Ok(permit);
    }
    Err(Refusal::forbidden("case.not-yours").into())
}

fn rights_to_enter(rights: &RightsTable, actor: &Actor, subject: &Subject<'_>) -> Result<Permit, Refusal> {
    rights.permit(actor, "case.create", subject)
}

/// Raises a case (登记) under `case.create` or `case.import`.
pub fn raise(cx: &mut Cx<'_>, rules: &Rules<'_>, by: (&Permit, &MasterKey), new: &NewCase) -> Result<Raised> {
    let one = raise_many(cx, rules, by, std::slice::from_ref(new))?;
    one.into_iter().next().ok_or_else(|| Error::fault("nothing was raised"))
}

/// Raises many at once: all or none. A refusal of a workbook's row carries the arg `row`, counted from 0.
pub fn raise_many(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (permit, master): (&Permit, &MasterKey),
    new: &[NewCase],
) -> Result<Vec<Raised>> {
    if !matches!(permit.action(), "case.create" | "case.import") {
        permit.must_be("case.create")?;
    }
    let mut drafts = drafts(cx, rules, new)?;
    let fresh = drafts.iter().filter(|draft| draft.earlier.is_none()).count();
    if fresh > 0 {
        let first = head::take_numbers(cx, "case.seq", i64::try_from(fresh).map_err(Error::fault)?)?;
        for (seq, draft) in (first..).zip(drafts.iter_mut().filter(|draft| draft.earlier.is_none())) {
            draft.case.head.seq = seq;
        }
        give_numbers(cx, rules, &mut drafts)?;
    }
    let mut tallies: BTreeMap<Tally, i64> = BTreeMap::new();
    let mut raised = Vec::with_capacity(new.len());
    for draft in drafts {
        if let Some(earlier) = draft.earlier {
            raised.push(earlier);
            continue;
        }
        *tallies.entry(draft.case.head.tally()).or_insert(0) += 1;
        raised.push(write(cx, rules, (permit, master), &draft)?);
    }
    board::tally(cx, &tallies)?;
    Ok(raised)
}

/// A case about to be written.
pub(super) struct Draft<'a> {
    pub(super) new: &'a NewCase,
    pub(super) case: CaseSnapshot,
    pub(super) fields: BTreeMap<String, String>,
    earlier: Option<Raised>,
}

fn drafts<'a>(cx: &mut Cx<'_>, rules: &Rules<'_>, new: &'a [NewCase]) -> Result<Vec<Draft<'a>>> {
    let mut units: HashMap<Id<Unit>, Option<KnownUnit>> = HashMap::new();
    let mut refusals = Vec::new();
    let mut all = Vec::with_capacity(new.len());
    let mut sources = BTreeSet::new();
    for (row, one) in new.iter().enumerate() {
        if let std::collections::hash_map::Entry::Vacant(entry) = units.entry(one.unit) {
            let found = people::unit(cx, &one.unit.to_string())?;
            entry.insert(found);
        }
        if one.source_key.as_ref().is_some_and(|key| !sources.insert(key.as_str())) {
            refusals.push(Refusal::invalid("case.row-twice").arg("row", row));
            continue;
        }
        let unit = units.get(&one.unit).and_then(Option::as_ref);
        match draft(cx, rules, one, unit) {
            Ok(draft) => all.push(draft),
            Err(Error::Refused(found)) => {
                refusals.extend(found.into_iter().map(|refusal| refusal.arg("row", row)));
            }
            Err(fault) => return Err(fault),
        }
    }
    if refusals.is_empty() { Ok(all) } else { Err(Error::Refused(refusals)) }
}

fn draft<'a>(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    new: &'a NewCase,
    unit: Option<&KnownUnit>,
) -> Result<Draft<'a>> {
    let procedure = rules.procedure(&new.procedure)?;
    let Some(unit) = unit else {
        return Err(Refusal::invalid("case.no-such-unit").field("unit").into());
    };
    let fields = checked(rules, procedure, (new, unit), cx.today())?;
    let earlier = match &new.source_key {
        Some(key) => head::by_source(cx, key)?.map(|found| Raised {
            id: found.id,
            seq: found.seq,
            number: found.number,
            state: found.state,
            receipt: None,
            known_before: true,
        }),
        None => None,
    };
    let id = cx.new_id();
    let raised_at = new.raised_at.unwrap_or(cx.now());
    // What is loaded from a workbook came in some time ago, but the office has it from today.
    let begins = if new.import.is_some() { cx.now() } else { raised_at };
    let mut case = blank(id, (rules, procedure), (new, unit), raised_at);
    fill(&mut case, new, &fields);
    let step = Step { taken: "intake", anew: true, word: true, now: begins };
    enter(rules, &mut case, procedure, (&procedure.intake.state, &step))?;
    case.history.push(Taken {
        transition: "intake".to_owned(),
        verb: "raise".to_owned(),
        at: raised_at,
        from: String::new(),
        to: procedure.intake.state.clone(),
        person: new.author,
    });
    Ok(Draft { new, case, fields, earlier })
}

/// The fields besides the words, checked against the intake of the procedure.
fn checked(
    rules: &Rules<'_>,
    procedure: &Procedure,
    (new, unit): (&NewCase, &KnownUnit),
    today: base::Date,
) -> Result<BTreeMap<String, String>> {
    let mut given = new.fields.clone();
    given.insert("title".to_owned(), new.title.clone());
    given.insert("unit".to_owned(), new.unit.to_string());
    if let Some(channel) = &new.channel {
        given.insert("channel".to_owned(), channel.clone());
    }
    // Words and contact have homes of their own.
    let elsewhere = |key: &String| matches!(key.as_str(), "detail" | "raiser" | "contact");
    let requires: Vec<String> =
        procedure.intake.requires.iter().filter(|key| !elsewhere(key)).cloned().collect();
    let mut known = Known::default();
    known.units.insert(new.unit.to_string(), unit.clone());
    let asked = Asked { requires: &requires, optional: &procedure.intake.optional };
    let mut refusals = Vec::new();
    let fields = match check_fields(&given, &asked, (rules.compendium, procedure), (&known, today)) {
        Ok(fields) => fields,
        Err(found) => {
            refusals = found;
            BTreeMap::new()
        }
    };
    for (key, value) in
        [("detail", Some(&new.detail)), ("raiser", new.raiser.as_ref()), ("contact", new.contact.as_ref())]
    {
        let empty = value.is_none_or(|value| value.trim().is_empty());
        if empty && procedure.intake.requires.iter().any(|required| required == key) {
            refusals.push(named(Refusal::invalid("case.missing-field"), procedure, key));
        }
    }
    if refusals.is_empty() { Ok(fields) } else { Err(Error::Refused(refusals)) }
}

fn blank(
    id: Id<Case>,
    (rules, procedure): (&Rules<'_>, &Procedure),
    (new, unit): (&NewCase, &KnownUnit),
    raised_at: Timestamp,
) -> CaseSnapshot {
    let version = rules.compendium.regulation_of(&procedure.key).map(|r| r.in_force.from.to_string());
    let head = CaseHead {
        seq: 0,
        id,
        number: None,
        procedure: procedure.key.clone(),
        regulation_version: version.unwrap_or_default(),
        state: procedure.intake.state.clone(),
        counts_as: CountsAs::Open,
        column: Column::Incoming,
        unit: unit.id,
        unit_path: unit.path.clone(),
        channel: None,
        class: None,
        category: None,
        // What a workbook says comes out again to the byte; what is typed loses the blanks around it.
        title: if new.import.is_some() { new.title.clone() } else { new.title.trim().to_owned() },
        leader: None,
        department: None,
        department_path: None,
        handler: None,
        holder: Holder::Nobody,
        holder_person: None,
        holder_unit: None,
        due: None,
        due_provisional: false,
        next_word: None,
        late_on: None,
        fallback_on: None,
        raised_at,
        assigned_at: None,
        handled_at: None,
        closed_at: None,
        updated_at: raised_at,
        parent: None,
        merged_into: None,
        import: new.import,
        source_key: new.source_key.clone(),
        slips_open: 0,
        reopened: 0,
        extended: 0,
        anonymous: new.resident == Resident::Anonymous,
        // Rows of a workbook bring nobody who could hold a receipt.
        has_raiser: new.resident != Resident::Absent && new.import.is_none(),
        author: new.author,
        version: 1,
    };
    CaseSnapshot {
        head,
        detail: new.detail.clone(),
        fields: BTreeMap::new(),
        parties: Vec::new(),
        clocks: Vec::new(),
        slips: Vec::new(),
        history: Vec::new(),
        open_parts: 0,
    }
}

fn fill(case: &mut CaseSnapshot, new: &NewCase, fields: &BTreeMap<String, String>) {
    for (key, value) in fields {
        match key.as_str() {
            "title" | "unit" => {}
            "channel" => case.head.channel = Some(value.clone()),
            "class" => case.head.class = Some(value.clone()),
            "category" => case.head.category = Some(value.clone()),
            _ => {
                case.fields.insert(key.clone(), value.clone());
            }
        }
    }
    for (column, value) in &new.extra {
        case.fields.insert(format!("{EXTRA}{column}"), value.clone());
    }
    if let Some(answer) = &new.answer {
        case.fields.insert("answer".to_owned(), answer.clone());
    }
}

/// Hangs numbers on the drafts whose procedure does so at intake, a whole sequence at a time.
fn give_numbers(cx: &mut Cx<'_>, rules: &Rules<'_>, drafts: &mut [Draft<'_>]) -> Result<()> {
    let mut wanting: BTreeMap<(String, i16), Vec<usize>> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.earlier.is_none()) {
        let procedure = rules.procedure(&draft.new.procedure)?;
        for effect in &procedure.intake.effects {
            match effect {
                Effect::GiveNumber => {
                    let year = clock::day_of(draft.case.head.updated_at).year();
                    wanting.entry((procedure.key.clone(), year)).or_default().push(index);
                }
                Effect::Tell { .. } => {}
                other => return Err(Error::fault(format!("{other:?} is no effect of an intake"))),
            }
        }
    }
    for ((key, year), indices) in wanting {
        let procedure = rules.procedure(&key)?;
        let count = i64::try_from(indices.len()).map_err(Error::fault)?;
        let first = head::take_numbers(cx, &sequence(procedure, year), count)?;
        for (index, n) in indices.into_iter().zip(first..) {
            let n = u32::try_from(n).map_err(Error::fault)?;
            drafts[index].case.head.number = Some(procedure.number.render(year, n));
        }
    }
    Ok(())
}

/// The name of a procedure's sequence of numbers.
pub(super) fn sequence(procedure: &Procedure, year: i16) -> String {
    match procedure.number.restarts {
        Restart::Year => format!("case.number.{}.{year}", procedure.key),
        Restart::Never => format!("case.number.{}", procedure.key),
    }
}

fn write(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    (permit, master): (&Permit, &MasterKey),
    draft: &Draft<'_>,
) -> Result<Raised> {
    let (case, new) = (&draft.case, draft.new);
    let head = &case.head;
    parts::insert(cx, case)?;
    let subject = Ref::new("case", head.id);
    for (field, value) in [("name", &new.raiser), ("phone", &new.contact)] {
        if let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) {
            sealed::seal(cx, master, sealed::Spot { subject: &subject, field }, value)?;
        }
    }
    let actor = actor_word(permit, new);
    let taken = case.history.first().ok_or_else(|| Error::fault("a case without a beginning"))?;
    let fields = json!(draft.fields.iter().filter(|(key, _)| *key != "title").collect::<BTreeMap<_, _>>());
    parts::add_event(
        cx,
        &parts::NewEvent {
            case: head.id,
            n: 1,
            taken,
            actor: &actor,
            through: permit.through(),
            note: None,
            private_note: None,
            fields: &fields,
            visible: true,
        },
    )?;
    let receipt = if head.has_raiser { Some(receipts::give(cx, head)?) } else { None };
    let procedure = rules.procedure(&head.procedure)?;
    for effect in &procedure.intake.effects {
        if let Effect::Tell { who } = effect {
            tell::tell(cx, procedure, case, (who, &format!("{}.intake", procedure.key)))?;
        }
    }
    journal_raised(cx, permit, case)?;
    Ok(Raised {
        id: head.id,
        seq: head.seq,
        number: head.number.clone(),
        state: head.state.clone(),
        receipt,
        known_before: false,
    })
}

fn actor_word(permit: &Permit, new: &NewCase) -> String {
    match (new.author.or(permit.by()), permit.through()) {
        (Some(person), _) => format!("person:{person}"),
        (None, "@resident") => "resident".to_owned(),
        (None, _) => "system".to_owned(),
    }
}

/// The entry holds the hash of the words, so that the words themselves can be held against it, and no
/// word of what somebody said.
fn journal_raised(cx: &mut Cx<'_>, permit: &Permit, case: &CaseSnapshot) -> Result<()> {
    let head = &case.head;
    let body = json!({
        "procedure": head.procedure,
        "number": head.number,
        "unit": head.unit,
        "channel": head.channel,
        "state": head.state,
        "detail_sha256": imports::digest(&case.detail),
        "title_sha256": imports::digest(&head.title),
        "raised_at": clock::to_text(head.raised_at),
        "import": head.import,
        "parent": head.parent,
        "through": permit.through(),
    });
    journal::append(cx, &Entry::new("case.raised", Ref::new("case", head.id), body)).map(|_| ())
}

/// Opens a part of a case as a case of its own.
pub(super) fn raise_part(
    cx: &mut Cx<'_>,
    rules: &Rules<'_>,
    parent: &CaseSnapshot,
    line: &str,
) -> Result<Raised> {
    let now = cx.now();
    let new = NewCase {
        channel: parent.head.channel.clone(),
        author: parent.head.author,
        ..NewCase::new(&parent.head.procedure, line, line, parent.head.unit)
    };
    let procedure = rules.procedure(&parent.head.procedure)?;
    let unit = KnownUnit { id: parent.head.unit, path: parent.head.unit_path.clone() };
    let mut case = blank(cx.new_id(), (rules, procedure), (&new, &unit), now);
    case.head.parent = Some(parent.head.id);
    case.head.channel.clone_from(&parent.head.channel);
    case.head.category.clone_from(&parent.head.category);
    let step = Step { taken: "intake", anew: true, word: true, now };
    enter(rules, &mut case, procedure, (&procedure.intake.state, &step))?;
    case.history.push(Taken {
        transition: "intake".to_owned(),
        verb: "raise".to_owned(),
        at: now,
        from: String::new(),
        to: procedure.intake.state.clone(),
        person: None,
    });
    let mut drafts = [Draft { new: &new, case, fields: BTreeMap::new(), earlier: None }];
    drafts[0].case.head.seq = head::take_numbers(cx, "case.seq", 1)?;
    give_numbers(cx, rules, &mut drafts)?;
    let [draft] = drafts;
    write_part(cx, &draft)
}

fn write_part(cx: &mut Cx<'_>, draft: &Draft<'_>) -> Result<Raised> {
    let case = &draft.case;
    parts::insert(cx, case)?;
    let taken = case.history.first().ok_or_else(|| Error::fault("a part without a beginning"))?;
    let fields = json!({ "parent": case.head.parent });
    parts::add_event(
        cx,
        &parts::NewEvent {
            case: case.head.id,
            n: 1,
            taken,
            actor: "system",
            through: "split",
            note: None,
            private_note: None,
            fields: &fields,
            visible: true,
        },
    )?;
    board::tally(cx, &BTreeMap::from([(case.head.tally(), 1)]))?;
    journal_raised(cx, &Permit::for_job("case.create", "split"), case)?;
    Ok(Raised {
        id: case.head.id,
        seq: case.head.seq,
        number: case.head.number.clone(),
        state: case.head.state.clone(),
        receipt: None,
        known_before: false,
    })
}
