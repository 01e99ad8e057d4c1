//! Conditions written in CEL (the Common Expression Language), kept behind a type of our own.

use cel::{
    Context, Program, Value,
    common::ast::{EntryExpr, Expr, IdedExpr},
};

/// What a variable of a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// Text; empty when there is nothing.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// A list of texts.
    Texts,
    /// A map from names to values.
    Map,
}

/// Every variable a condition of a procedure may name. Whoever evaluates gives all of them;
/// `case.fields` holds every field the procedure declares, empty text where nothing was given, and
/// `actor.relations` names relations without `@`.
pub const VARIABLES: &[(&str, VariableKind)] = &[
    ("case.procedure", VariableKind::Text),
    ("case.state", VariableKind::Text),
    ("case.channel", VariableKind::Text),
    ("case.class", VariableKind::Text),
    ("case.unit", VariableKind::Text),
    ("case.department", VariableKind::Text),
    ("case.result", VariableKind::Text),
    ("case.anonymous", VariableKind::Flag),
    ("case.has_raiser", VariableKind::Flag),
    ("case.has_due", VariableKind::Flag),
    ("case.numbered", VariableKind::Flag),
    ("case.joint", VariableKind::Flag),
    ("case.open_parts", VariableKind::Number),
    ("case.missing_countersigns", VariableKind::Number),
    ("case.open_slips", VariableKind::Number),
    ("case.days_open", VariableKind::Number),
    ("case.days_late", VariableKind::Number),
    ("case.reopened", VariableKind::Number),
    ("case.reports", VariableKind::Number),
    ("case.fields", VariableKind::Map),
    ("actor.roles", VariableKind::Texts),
    ("actor.relations", VariableKind::Texts),
    ("actor.unit", VariableKind::Text),
    ("actor.in_chain", VariableKind::Flag),
];

/// Values of the right kinds for every variable, with these fields: what the checker tries conditions on.
pub fn sample<'f>(fields: impl IntoIterator<Item = &'f str>) -> serde_json::Value {
    use serde_json::{Map, Value, json};
    let mut values = Map::new();
    for (name, kind) in VARIABLES {
        let value = match kind {
            VariableKind::Text => json!(""),
            VariableKind::Number => json!(0),
            VariableKind::Flag => json!(false),
            VariableKind::Texts => json!([]),
            VariableKind::Map => json!({}),
        };
        if let Some((root, member)) = name.split_once('.')
            && let Value::Object(members) = values.entry(root).or_insert_with(|| json!({}))
        {
            members.insert(member.to_owned(), value);
        }
    }
    let mut values = Value::Object(values);
    for field in fields {
        values["case"]["fields"][field] = json!("");
    }
    values
}

/// A condition, compiled.
#[derive(Debug)]
pub struct Guard {
    source: String,
    program: Program,
}

/// Why a condition gives no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardError {
    /// It is not CEL; what the parser says.
    Unreadable(String),
    /// It names something that is not in [`VARIABLES`].
    UnknownVariable(String),
    /// It cannot be evaluated on these values; what the evaluator says.
    Failed(String),
    /// It gives something other than true or false.
    NotAFlag,
}

impl std::fmt::Display for GuardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(cause) => write!(f, "unreadable: {cause}"),
            Self::UnknownVariable(name) => write!(f, "unknown variable: {name}"),
            Self::Failed(cause) => write!(f, "failed: {cause}"),
            Self::NotAFlag => f.write_str("neither true nor false"),
        }
    }
}

impl std::error::Error for GuardError {}

impl Guard {
    /// Compiles a condition, refusing names that are not in [`VARIABLES`].
    pub fn compile(source: &str) -> Result<Self, GuardError> {
        let program =
            Program::compile(source).map_err(|errors| GuardError::Unreadable(errors.to_string()))?;
        let mut names = Names::default();
        names.walk(program.expression());
        match names.unknown {
            Some(name) => Err(GuardError::UnknownVariable(name)),
            None => Ok(Self { source: source.to_owned(), program }),
        }
    }

    /// The condition as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it holds; `values` is an object of the roots: `{"case": {…}, "actor": {…}}`.
    pub fn evaluate(&self, values: &serde_json::Value) -> Result<bool, GuardError> {
        let mut context = Context::default();
        for (name, value) in values.as_object().into_iter().flatten() {
            context.add_variable_from_value(name.as_str(), cel_value(value));
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err(GuardError::NotAFlag),
            Err(cause) => Err(GuardError::Failed(cause.to_string())),
        }
    }
}

/// Numbers become signed integers, so that `case.open_parts + 1` does not mix two kinds.
fn cel_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => items.iter().map(cel_value).collect::<Vec<_>>().into(),
        serde_json::Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), cel_value(value)));
            members.collect::<std::collections::HashMap<_, _>>().into()
        }
    }
}

/// Looks for the first name outside [`VARIABLES`].
#[derive(Default)]
struct Names {
    /// Names bound inside the expression by `all`, `exists` and the like.
    bound: Vec<String>,
    unknown: Option<String>,
}

impl Names {
    fn walk(&mut self, node: &IdedExpr) {
        if let Some(path) = dotted(node) {
            self.meet(&path);
            return;
        }
        match &node.expr {
            Expr::Call(call) => {
                call.target.iter().for_each(|target| self.walk(target));
                call.args.iter().for_each(|arg| self.walk(arg));
            }
            Expr::Select(select) => self.walk(&select.operand),
            Expr::List(list) => list.elements.iter().for_each(|item| self.walk(item)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(literal) => literal.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Comprehension(inner) => {
                self.walk(&inner.iter_range);
                self.walk(&inner.accu_init);
                let before = self.bound.len();
                self.bound.extend([inner.iter_var.clone(), inner.accu_var.clone()]);
                self.bound.extend(inner.iter_var2.clone());
                self.walk(&inner.loop_cond);
                self.walk(&inner.loop_step);
                self.walk(&inner.result);
                self.bound.truncate(before);
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.walk(&field.value),
            EntryExpr::MapEntry(pair) => {
                self.walk(&pair.key);
                self.walk(&pair.value);
            }
        }
    }

    fn meet(&mut self, path: &str) {
        let root = path.split('.').next().unwrap_or(path);
        let known = self.bound.iter().any(|name| name == root)
            || VARIABLES.iter().any(|(name, kind)| {
                // `case.fields.harm` is a look into a map; `case.state` must be whole.
                *name == path
                    || (*kind == VariableKind::Map
                        && path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
            });
        if !known && self.unknown.is_none() {
            self.unknown = Some(path.to_owned());
        }
    }
}

/// `a.b.c` for an identifier with selections on it, `has(a.b)` included.
fn dotted(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", dotted(&select.operand)?, select.field)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_condition_is_true_or_false_on_given_values() {
        let guard = Guard::compile("case.open_parts == 0 && 'office-clerk' in actor.roles").unwrap();
        let values =
            |parts: u32| json!({"case": {"open_parts": parts}, "actor": {"roles": ["office-clerk"]}});
        assert_eq!(guard.evaluate(&values(0)), Ok(true));
        assert_eq!(guard.evaluate(&values(2)), Ok(false));
    }

    #[test]
    fn names_bound_inside_and_looks_into_maps_are_known() {
        for source in [
            "actor.roles.exists(r, r == 'mayor')",
            "has(case.fields.harm) && case.fields.harm != ''",
            "case.fields['harm'] == 'none'",
            "[case.state, 'x'].size() == 2",
        ] {
            assert!(Guard::compile(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn unknown_names_are_refused_wherever_they_stand() {
        for (source, name) in [
            ("case.sate == 'x'", "case.sate"),
            ("actor.roles.exists(r, r == rank)", "rank"),
            ("{'a': person.age}.size() == 1", "person.age"),
            ("case.state.size() > 0 || size(cas.state) > 0", "cas.state"),
        ] {
            assert_eq!(
                Guard::compile(source).unwrap_err(),
                GuardError::UnknownVariable(name.into()),
                "{source}"
            );
        }
        assert!(matches!(Guard::compile("case.state =="), Err(GuardError::Unreadable(_))));
    }

    #[test]
    fn a_number_is_not_an_answer() {
        let guard = Guard::compile("case.open_parts + 1").unwrap();
        assert_eq!(guard.evaluate(&json!({"case": {"open_parts": 1}})), Err(GuardError::NotAFlag));
    }
}
