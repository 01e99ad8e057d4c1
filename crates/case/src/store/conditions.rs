//! The WHERE of lists, put together from constant fragments; every value goes through a placeholder.

use access::UnitPath;
use base::clock;
use db::{Engine, Value, search::Term};

use crate::{
    model::{column_word, counts_as_word},
    store::{
        filter::{Filter, Mine, Sight},
        parts::SEARCH,
        people::{padded, placeholders},
    },
};

/// A condition in the making.
pub(crate) struct Conditions {
    engine: Engine,
    sql: Vec<String>,
    values: Vec<Value<'static>>,
}

impl Conditions {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, sql: Vec::new(), values: Vec::new() }
    }

    /// The conditions of what an actor may see and what the list was asked for.
    pub(crate) fn of(engine: Engine, sight: &Sight, filter: &Filter) -> Self {
        let mut all = Self::new(engine);
        all.see(sight);
        all.ask(filter, sight);
        all
    }

    /// The conditions of what an actor sees through relations to cases outside the units of the sight. The
    /// parties and the author are looked up by index first; the relations then decide.
    pub(crate) fn outside(engine: Engine, sight: &Sight, filter: &Filter) -> Self {
        let mut all = Self::new(engine);
        let persons: Vec<Value<'static>> = sight.persons.iter().map(Value::from).collect();
        let units: Vec<Value<'static>> = sight.belongs_to.iter().map(|path| path.0.clone().into()).collect();
        let mut known: Vec<String> = Vec::new();
        if !persons.is_empty() {
            let places = all.bind_list(persons.clone());
            known.push(format!(
                "SELECT case_id FROM case_party WHERE person_id IN ({places}) AND until IS NULL"
            ));
            let places = all.bind_list(persons);
            known.push(format!("SELECT id FROM case_head WHERE author_id IN ({places})"));
        }
        if !units.is_empty() {
            let places = all.bind_list(units);
            known.push(format!(
                "SELECT case_id FROM case_party WHERE unit_path IN ({places}) AND until IS NULL"
            ));
        }
        all.add(if known.is_empty() {
            "1 = 0".to_owned()
        } else {
            format!("id IN ({})", known.join(" UNION "))
        });
        all.see(&Sight { subtrees: Vec::new(), units: Vec::new(), ..sight.clone() });
        all.see(&Sight { relations: Vec::new(), ..sight.clone() });
        if let Some(inside) = all.sql.pop() {
            all.add(format!("NOT ({inside})"));
        }
        all.ask(filter, sight);
        all
    }

    /// `WHERE …`, or nothing.
    pub(crate) fn text(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!(" WHERE {}", self.sql.join(" AND ")) }
    }

    pub(crate) fn values(&self) -> &[Value<'static>] {
        &self.values
    }

    /// Binds a value and gives its placeholder.
    pub(crate) fn bind(&mut self, value: impl Into<Value<'static>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(crate) fn add(&mut self, condition: impl Into<String>) {
        self.sql.push(condition.into());
    }

    fn bind_list(&mut self, values: Vec<Value<'static>>) -> String {
        let (places, size) = placeholders(self.values.len() + 1, values.len());
        self.values.extend(padded(values, size));
        places
    }

    /// The column has one of these values.
    pub(crate) fn one_of(&mut self, column: &str, values: Vec<Value<'static>>) {
        let places = self.bind_list(values);
        self.add(format!("{column} IN ({places})"));
    }

    fn equals(&mut self, column: &str, value: Option<impl Into<Value<'static>>>) {
        if let Some(value) = value {
            let place = self.bind(value);
            self.add(format!("{column} = {place}"));
        }
    }

    /// Paths are compared by their beginning as it stands: text order differs between collations.
    fn within(&mut self, column: &str, path: &UnitPath) -> String {
        let length = i64::try_from(path.0.chars().count()).unwrap_or(i64::MAX);
        let length = self.bind(length);
        let place = self.bind(path.0.clone());
        format!("SUBSTR({column}, 1, CAST({length} AS INTEGER)) = {place}")
    }

    fn see(&mut self, sight: &Sight) {
        if sight.everything {
            return;
        }
        let mut ways: Vec<String> = Vec::new();
        for path in &sight.subtrees {
            ways.push(self.within("unit_path", path));
        }
        for path in &sight.units {
            let place = self.bind(path.0.clone());
            ways.push(format!("unit_path = {place}"));
        }
        for relation in &sight.relations {
            ways.extend(self.related(relation, sight));
        }
        // Whoever may see nothing sees nothing.
        self.add(if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" OR ")) });
    }

    /// The condition that a case stands in a relation to the actor; `None` for relations nobody of
    /// ours can stand in.
    fn related(&mut self, relation: &str, sight: &Sight) -> Option<String> {
        let persons: Vec<Value<'static>> = sight.persons.iter().map(Value::from).collect();
        let units: Vec<Value<'static>> = sight.belongs_to.iter().map(|path| path.0.clone().into()).collect();
        let by_person = |column: &str, all: &mut Self| {
            (!persons.is_empty()).then(|| {
                let places = all.bind_list(persons.clone());
                format!("{column} IN ({places})")
            })
        };
        match relation {
            "leader" => by_person("leader_id", self),
            "handler" => by_person("handler_id", self),
            "author" => by_person("author_id", self),
            "verifier" if !persons.is_empty() => {
                let places = self.bind_list(persons.clone());
                Some(format!(
                    "EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = case_head.id \
                     AND p.relation = 'verifier' AND p.until IS NULL AND p.person_id IN ({places}))"
                ))
            }
            "department" | "lead" if !units.is_empty() => {
                let places = self.bind_list(units.clone());
                Some(format!("department_path IN ({places})"))
            }
            "joint" if !units.is_empty() => {
                let places = self.bind_list(units.clone());
                Some(format!(
                    "EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = case_head.id \
                     AND p.relation = 'joint' AND p.until IS NULL AND p.unit_path IN ({places}))"
                ))
            }
            _ => None,
        }
    }

    fn ask(&mut self, filter: &Filter, sight: &Sight) {
        self.equals("procedure", filter.procedure.clone());
        if !filter.states.is_empty() {
            let places = self.bind_list(filter.states.iter().map(|state| state.clone().into()).collect());
            self.add(format!("state IN ({places})"));
        }
        self.equals("column_key", filter.column.map(column_word));
        self.equals("counts_as", filter.counts_as.map(counts_as_word));
        if filter.not_closed {
            self.add("counts_as <> 'closed'");
        }
        if let Some(path) = &filter.unit_path {
            let within = self.within("unit_path", path);
            self.add(within);
        }
        self.equals("channel", filter.channel.clone());
        self.equals("class", filter.class.clone());
        self.equals("category", filter.category.clone());
        self.equals("department_id", filter.department);
        if filter.without_department {
            self.add("department_id IS NULL");
        }
        self.equals("leader_id", filter.leader);
        self.equals("handler_id", filter.handler);
        self.equals("import_id", filter.import);
        self.days(filter);
        if filter.reopened {
            self.add("reopened > 0");
        }
        if filter.slip_open {
            self.add("slips_open > 0");
        }
        if let Some(q) = &filter.q {
            self.search(q);
        }
        if let Some(mine) = filter.mine {
            let condition = self.mine(mine, sight).unwrap_or_else(|| "1 = 0".to_owned());
            self.add(condition);
        }
    }

    fn days(&mut self, filter: &Filter) {
        let bounds = [
            ("late_on < ", filter.late_before),
            ("late_on >= ", filter.late_from),
            ("late_on <= ", filter.late_through),
            ("next_word < ", filter.next_word_before),
        ];
        for (condition, day) in bounds {
            if let Some(day) = day {
                let place = self.bind(day);
                self.add(format!("{condition}{place}"));
            }
        }
        if let Some(day) = filter.raised_from {
            let place = self.bind(clock::start_of(day));
            self.add(format!("raised_at >= {place}"));
        }
        if let Some(day) = filter.raised_through.and_then(|day| day.tomorrow().ok()) {
            let place = self.bind(clock::start_of(day));
            self.add(format!("raised_at < {place}"));
        }
    }

    /// The index finds a few rows too many; the comparison with the folded words decides exactly.
    fn search(&mut self, q: &str) {
        let query = text::query(q);
        if query.is_empty() {
            return;
        }
        let terms: Vec<Term> = query
            .terms
            .iter()
            .map(|term| match term {
                text::Term::Whole(whole) => Term::Whole(whole.clone()),
                text::Term::Prefix(prefix) => Term::Prefix(prefix.clone()),
            })
            .collect();
        let next = self.values.len() + 1;
        if let Some((condition, value)) = SEARCH.condition(self.engine, "seq", next, &terms) {
            self.values.push(value);
            self.add(condition);
        }
        let place = self.bind(query.like());
        self.add(format!(
            "EXISTS (SELECT 1 FROM case_text t WHERE t.seq = case_head.seq AND t.folded LIKE {place} ESCAPE '\\')"
        ));
    }

    fn mine(&mut self, mine: Mine, sight: &Sight) -> Option<String> {
        match mine {
            Mine::Leader => self.related("leader", sight),
            Mine::Handler => self.related("handler", sight),
            Mine::Department => self.related("department", sight),
            Mine::Verifier => self.related("verifier", sight),
            Mine::Author => self.related("author", sight),
            Mine::Holding => self.holding(sight),
            Mine::Concerned => self.concerned(sight),
            Mine::Waiting => {
                let responsible = self.responsible(sight)?;
                let holding = self.holding(sight).unwrap_or_else(|| "1 = 0".to_owned());
                Some(format!("({responsible} AND NOT COALESCE({holding}, 1 = 0))"))
            }
        }
    }

    fn concerned(&mut self, sight: &Sight) -> Option<String> {
        let ways: Vec<String> =
            [self.responsible(sight), self.holding(sight)].into_iter().flatten().collect();
        (!ways.is_empty()).then(|| format!("({})", ways.join(" OR ")))
    }

    /// The actor is leader or person in charge, or the case lies with the actor's department.
    fn responsible(&mut self, sight: &Sight) -> Option<String> {
        let ways: Vec<String> =
            ["leader", "handler", "department"].iter().filter_map(|way| self.related(way, sight)).collect();
        (!ways.is_empty()).then(|| format!("({})", ways.join(" OR ")))
    }

    /// The actor, or a unit or office of the actor's, holds the ball.
    fn holding(&mut self, sight: &Sight) -> Option<String> {
        let mut ways = Vec::new();
        if !sight.persons.is_empty() {
            let places = self.bind_list(sight.persons.iter().map(Value::from).collect());
            ways.push(format!("holder_person IN ({places})"));
        }
        if let Some(department) = self.related("department", sight) {
            ways.push(format!("(holder IN ('department', 'joint') AND {department})"));
        }
        if let Some(joint) = self.related("joint", sight) {
            ways.push(format!("(holder = 'joint' AND {joint})"));
        }
        for office in &sight.offices {
            let procedure = self.bind(office.procedure.clone());
            let within = self.within("unit_path", &office.path);
            ways.push(format!("(holder = 'office' AND procedure = {procedure} AND {within})"));
        }
        (!ways.is_empty()).then(|| format!("(counts_as <> 'closed' AND ({}))", ways.join(" OR ")))
    }
}
