//! What the office, the departments and the residents of the demo do on a day.

use base::{Date, Error, Result, Timestamp, calendar::Calendar};
use case::{acts::Resident, model::Move};
use jiff::ToSpan;

use super::{Deed, Stage, Thread, Who};

/// The office assigns, rules, draws, strikes off; leaders report at the half-months' ends.
pub(super) fn office(stage: &Stage, threads: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    if !Calendar::shipped().is_working_day(day) {
        return Ok(());
    }
    let mut deeds = Vec::new();
    for index in 0..threads.len() {
        let twin = twin_of(threads, index);
        let asked = office_deed(stage, &mut threads[index], day, twin)?;
        deeds.extend(asked.map(|(mover, asked)| Deed { thread: index, mover, asked }));
    }
    if is_report_day(day) {
        for (index, thread) in threads.iter().enumerate() {
            if matches!(thread.state(), "handling" | "joint" | "assigned") && thread.chance(9) < 93 {
                deeds.push(Deed {
                    thread: index,
                    mover: Who::Person(stage.leader(thread)),
                    asked: report(stage, thread, day),
                });
            }
        }
    }
    stage.carry_out(threads, deeds, at)
}

/// An older problem of the same place and topic that is being handled: what a duplicate merges into.
fn twin_of(threads: &[Thread], index: usize) -> Option<String> {
    let me = &threads[index];
    threads[..index]
        .iter()
        .find(|other| {
            other.row.get("unit") == me.row.get("unit")
                && other.row.get("topic") == me.row.get("topic")
                && other.state() == "handling"
        })
        .and_then(|other| other.head.as_ref())
        .map(|head| head.id.to_string())
}

fn office_deed(
    stage: &Stage,
    thread: &mut Thread,
    day: Date,
    twin: Option<String>,
) -> Result<Option<(Who, Move)>> {
    let (director, clerk) = (stage.holder_of("office-director"), stage.holder_of("office-clerk"));
    let waited = thread.waited(day);
    Ok(match thread.state().to_owned().as_str() {
        "collected" if waited >= 2 && thread.chance(1) < 3 && twin.is_some() && thread.once("merged") => {
            Some((
                Who::Person(director),
                Move::new("merge")
                    .field("merged_into", twin.unwrap_or_default())
                    .note("同一地点、同一件事，合并办理，结果一并答复。"),
            ))
        }
        "collected" if waited > i32::from(thread.chance(2) > 60) => {
            Some((Who::Person(clerk), assign(stage, thread)?))
        }
        "objecting" if waited >= 1 => {
            if thread.chance(3) < 45 {
                thread.once("released");
                Some((Who::Person(director), Move::new("rule-release").note("异议成立，重新确定责任部门。")))
            } else {
                Some((
                    Who::Person(director),
                    Move::new("rule-uphold").note("三定方案明确由你部门负责，维持交办。"),
                ))
            }
        }
        "handled" if thread.resident() == Resident::Absent && waited >= 1 => {
            Some((Who::Person(clerk), Move::new("draw-verifier")))
        }
        "confirmed" if waited >= 1 => {
            Some((Who::Person(clerk), Move::new("strike-off").note("第二把钥匙已确认，销号。")))
        }
        "suspended" if waited >= 16 && thread.chance(4) < 60 => {
            Some((Who::Person(director), Move::new("resume").note("条件已具备，恢复办理。")))
        }
        "struck" if waited >= 9 && thread.at % 61 == 5 && thread.once("came-back") => {
            Some((Who::Person(director), Move::new("reopen-struck").note("回访发现问题反弹，重新交办。")))
        }
        "handling" if late_by(thread, day) == 3 && thread.chance(5) < 45 && thread.once("slip") => Some((
            Who::Person(director),
            Move::new("supervise")
                .field("slip_reason", "late")
                .note("已逾期，三个工作日内书面说明原因和完成时间。"),
        )),
        _ => None,
    })
}

fn late_by(thread: &Thread, day: Date) -> i32 {
    let due = thread.head.as_ref().and_then(|head| head.due);
    due.and_then(|due| due.until(day).ok()).map_or(0, |span| span.get_days())
}

fn assign(stage: &Stage, thread: &Thread) -> Result<Move> {
    let department = thread.department();
    let unit = stage.units.get(department).ok_or_else(|| Error::fault(format!("no unit {department}")))?;
    let class = thread.row.get("class");
    let mut asked = Move::new("assign")
        .field("class", class)
        .field("leader", stage.person(stage.leader(thread))?)
        .field("department", unit)
        .field("person", stage.person(stage.handler(thread))?);
    if class == "stepwise" {
        asked = asked.field(
            "steps",
            "第一步：现场勘查、列出清单\n第二步：落实资金和施工单位\n第三步：分段实施、逐项验收",
        );
    }
    Ok(asked)
}

/// The last working day of a half-month, so that the report is there before it ends.
fn is_report_day(day: Date) -> bool {
    let ends = if day.day() <= 15 { day.with().day(15).build().unwrap_or(day) } else { day.last_of_month() };
    Calendar::shipped().working_days_between(day, ends) == 0
}

fn report(stage: &Stage, thread: &Thread, day: Date) -> Move {
    let lines = stage.reports.get(thread.row.get("topic"));
    let turn = thread.at + usize::try_from(day.day_of_year()).unwrap_or(0) / 15;
    let (progress, difficulty) = lines
        .and_then(|lines| lines.get(turn % lines.len().max(1)))
        .copied()
        .unwrap_or(("正在按计划推进。", ""));
    let difficulty = if difficulty.is_empty() { thread.row.get("difficulty") } else { difficulty };
    Move::new("report").note(format!("进展：{progress}\n困难：{difficulty}"))
}

/// Departments accept, object, ask, extend, handle; verifiers look.
pub(super) fn departments(stage: &Stage, threads: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    if !Calendar::shipped().is_working_day(day) {
        return Ok(());
    }
    let mut deeds = Vec::new();
    for (index, thread) in threads.iter_mut().enumerate() {
        let asked = department_deed(stage, thread, day);
        deeds.extend(asked.map(|(mover, asked)| Deed { thread: index, mover, asked }));
    }
    stage.carry_out(threads, deeds, at)
}

fn department_deed(stage: &Stage, thread: &mut Thread, day: Date) -> Option<(Who, Move)> {
    let handler = Who::Person(stage.handler(thread));
    let leader = Who::Person(stage.leader(thread));
    let waited = thread.waited(day);
    match thread.state().to_owned().as_str() {
        "assigned" if thread.chance(10) < 6 && waited >= 1 && thread.once("objected") => {
            let asked = Move::new("return").field("ground", "not-ours");
            Some((handler, asked.note("此事涉及综合执法，不在我部门职责内，请重新确定。")))
        }
        "assigned" if waited >= 1 => Some((handler, Move::new("accept"))),
        "extending" if waited >= 3 => {
            Some((leader, Move::new("extend-approve").note("情况属实，同意延期一次。")))
        }
        "verifying" if waited >= 2 => Some((Who::Verifier, verdict(thread))),
        "joint" if waited >= 4 && thread.once("countersigned") => Some((
            Who::Person(stage.head_of(thread.helper())),
            Move::new("countersign").note("已派人到场，同意会办意见。"),
        )),
        "joint" if waited >= 9 => Some((handler, handled(thread))),
        "handling" => handling_deed(stage, thread, day).or_else(|| {
            let due_now =
                waited >= takes(thread) && thread.head.as_ref().is_some_and(|head| head.slips_open == 0);
            due_now.then(|| (Who::Person(stage.handler(thread)), handled(thread)))
        }),
        _ => None,
    }
}

/// How many days handling takes; some take longer than their term.
fn takes(thread: &Thread) -> i32 {
    let spread = i32::try_from(thread.chance(11)).unwrap_or(50);
    match thread.row.get("class") {
        "immediate" => 1 + spread / 14 + if thread.chance(12) < 9 { 9 } else { 0 },
        "deadline" => 8 + spread / 3 + if thread.chance(12) < 14 { 20 } else { 0 },
        _ => 38 + spread,
    }
}

fn handling_deed(stage: &Stage, thread: &mut Thread, day: Date) -> Option<(Who, Move)> {
    let handler = Who::Person(stage.handler(thread));
    let leader = Who::Person(stage.leader(thread));
    let waited = thread.waited(day);
    if thread.head.as_ref().is_some_and(|head| head.slips_open > 0) && late_by(thread, day) >= 5 {
        return Some((handler, Move::new("answer-slip").note("材料未到导致逾期，已调剂到位，本周内办结。")));
    }
    if matches!(late_by(thread, day), -4..=-2) && thread.chance(13) < 16 && thread.once("extended") {
        let new_due = thread.head.as_ref()?.due?.checked_add(15.days()).ok()?;
        let asked = Move::new("extend-request").field("new_due", new_due);
        return Some((handler, asked.note("连续降雨影响施工，申请延期十五天。")));
    }
    if waited >= 2 && thread.chance(18) < 9 && thread.once("joint") {
        let helper = stage.units.get(thread.helper())?;
        let asked = Move::new("joint").field("co_departments", helper);
        return Some((leader, asked.note("涉及两个部门，由责任部门牵头会办。")));
    }
    if waited >= 3 && thread.chance(14) < 5 && thread.once("suspended") {
        return Some((leader, Move::new("suspend").note("须待县级专项资金下达，先行挂起。")));
    }
    if waited >= 2 && thread.chance(15) < 12 && thread.resident() != Resident::Absent && thread.once("asked")
    {
        return Some((handler, Move::new("ask").note("请补充具体位置和影响的户数，方便现场核实。")));
    }
    None
}

fn handled(thread: &Thread) -> Move {
    let result = match thread.chance(16) {
        0..=7 => "partly",
        8..=11 => "explained",
        _ => "solved",
    };
    Move::new("handled").field("result", result).field("answer", thread.row.get("result"))
}

fn verdict(thread: &mut Thread) -> Move {
    if thread.chance(17) < 7 && thread.once("found-false") {
        return Move::new("verify-reject").note("到现场看了，只做了一半，请继续整改。");
    }
    Move::new("verify").note("到现场核实，并问了两户邻近群众，情况属实。")
}

/// Residents confirm, refuse, answer, or keep silent.
pub(super) fn residents(stage: &Stage, threads: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    let mut deeds = Vec::new();
    for (index, thread) in threads.iter_mut().enumerate().filter(|(_, thread)| thread.token.is_some()) {
        let waited = thread.waited(day);
        let asked = match thread.state().to_owned().as_str() {
            "handled" if waited >= 2 && thread.chance(20) < 9 && thread.once("not-solved") => {
                Some(Move::new("reject").note("说是修好了，昨晚下雨又积水，没有解决。"))
            }
            "handled" if waited >= 2 && thread.chance(21) < 70 => Some(Move::new("confirm")),
            "asked" if waited >= 2 && thread.chance(22) < 75 => {
                Some(Move::new("answer").note("在村口小卖部往东五十米，影响七户人家。"))
            }
            "collected" if waited >= 1 && thread.chance(23) < 2 && thread.once("retracted") => {
                Some(Move::new("retract").note("邻里已经自己商量好了，不用再办。"))
            }
            _ => None,
        };
        deeds.extend(asked.map(|asked| Deed { thread: index, mover: Who::Resident, asked }));
    }
    stage.carry_out(threads, deeds, at)
}
