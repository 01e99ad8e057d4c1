//! The compendium (制度汇编): every regulation, the roles, the table of rights.

use std::{fs, io, path::Path};

use base::Date;

use crate::{
    CodeItem, CodeList, Procedure, Reach, Regulation, Right, Rights, Roles, Slip, check,
    finding::{Finding, Severity},
};

static SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The compendium this program was built with.
pub fn load_shipped() -> Compendium {
    let files = SHIPPED.iter().map(|(path, text)| SourceFile { path: (*path).into(), text: (*text).into() });
    Compendium::from_files(files.collect())
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the compendium, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Every regulation, the roles, the table of rights.
#[derive(Debug, Clone, Default)]
pub struct Compendium {
    files: Vec<SourceFile>,
    regulations: Vec<Regulation>,
    roles: Roles,
    rights: Rights,
    unread: Vec<Finding>,
}

impl Compendium {
    /// Reads files; those that cannot be read stay out and are reported by [`Compendium::check`].
    pub fn from_files(files: Vec<SourceFile>) -> Self {
        let mut compendium = Self::default();
        for file in files {
            compendium.add(file);
        }
        compendium
    }

    /// Lays a folder of a township's own files over this compendium: a regulation replaces the one of
    /// the same id, a role the one of the same key, and rights replace all rows of the same action.
    pub fn load_dir(mut self, folder: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        read_folder(folder, folder, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for file in files {
            self.add(file);
        }
        Ok(self)
    }

    /// Adds one file; see [`Compendium::load_dir`].
    pub fn add(&mut self, file: SourceFile) {
        self.unread.retain(|finding| finding.file != file.path);
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let outcome = match name {
            "roles.toml" => toml::from_str(&file.text).map(|roles| self.add_roles(roles)),
            "rights.toml" => toml::from_str(&file.text).map(|rights| self.add_rights(rights)),
            _ => toml::from_str(&file.text).map(|regulation| self.add_regulation(regulation, &file.path)),
        };
        if let Err(error) = outcome {
            self.unread.push(check::unreadable(&file, &error));
        }
        self.files.retain(|known| known.path != file.path);
        self.files.push(file);
    }

    fn add_regulation(&mut self, mut regulation: Regulation, path: &str) {
        path.clone_into(&mut regulation.file);
        regulation.heading = path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned());
        match self.regulations.iter_mut().find(|known| known.id == regulation.id) {
            Some(known) => *known = regulation,
            None => self.regulations.push(regulation),
        }
    }

    fn add_roles(&mut self, roles: Roles) {
        for role in roles.roles {
            match self.roles.roles.iter_mut().find(|known| known.key == role.key) {
                Some(known) => *known = role,
                None => self.roles.roles.push(role),
            }
        }
    }

    fn add_rights(&mut self, rights: Rights) {
        self.rights.rights.retain(|known| rights.of(&known.action).next().is_none());
        self.rights.rights.extend(rights.rights);
        for action in rights.actions {
            match self.rights.actions.iter_mut().find(|known| known.key == action.key) {
                Some(known) => *known = action,
                None => self.rights.actions.push(action),
            }
        }
    }

    /// Every regulation in the order of the files.
    pub fn regulations(&self) -> &[Regulation] {
        &self.regulations
    }

    /// The regulations that bind on a day.
    pub fn in_force_on(&self, day: Date) -> impl Iterator<Item = &Regulation> {
        self.regulations.iter().filter(move |regulation| regulation.in_force.on(day))
    }

    /// The regulation with this id.
    pub fn regulation(&self, id: &str) -> Option<&Regulation> {
        self.regulations.iter().find(|regulation| regulation.id == id)
    }

    /// The procedure with this key, wherever it stands.
    pub fn procedure(&self, key: &str) -> Option<&Procedure> {
        self.procedures().find(|procedure| procedure.key == key)
    }

    /// Every procedure.
    pub fn procedures(&self) -> impl Iterator<Item = &Procedure> {
        self.regulations.iter().flat_map(|regulation| &regulation.procedures)
    }

    /// The regulation a procedure stands in.
    pub fn regulation_of(&self, procedure: &str) -> Option<&Regulation> {
        self.regulations.iter().find(|regulation| regulation.procedure(procedure).is_some())
    }

    /// A code list by `regulation-id/key`.
    pub fn code_list(&self, reference: &str) -> Option<&CodeList> {
        let (id, key) = reference.split_once('/')?;
        self.regulation(id)?.code_lists.iter().find(|list| list.key == key)
    }

    /// The code list of a field: in the procedure's own regulation when no regulation is named.
    pub fn field_list(&self, procedure: &str, reference: &str) -> Option<&CodeList> {
        if reference.contains('/') {
            return self.code_list(reference);
        }
        self.regulation_of(procedure)?.code_lists.iter().find(|list| list.key == reference)
    }

    /// A slip by `regulation-id/key`.
    pub fn slip(&self, reference: &str) -> Option<&Slip> {
        let (id, key) = reference.split_once('/')?;
        self.regulation(id)?.slips.iter().find(|slip| slip.key == key)
    }

    /// The channels of a procedure.
    pub fn channels(&self, procedure: &Procedure) -> &[CodeItem] {
        self.items(procedure.channels.as_deref())
    }

    /// The classes of a procedure, with their terms.
    pub fn classes(&self, procedure: &Procedure) -> &[CodeItem] {
        self.items(procedure.classes.as_deref())
    }

    fn items(&self, reference: Option<&str>) -> &[CodeItem] {
        reference.and_then(|reference| self.code_list(reference)).map_or(&[], |list| &list.items)
    }

    /// The roles of posts.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The rows of the table of rights with their titles; `access::RightsTable::new` takes the rows.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// What the procedures add to the table of rights: one row per transition, so that the printed
    /// table shows everything anybody may do. The action reads `case.PROCEDURE.TRANSITION`.
    pub fn rights_of_procedures(&self) -> Vec<Right> {
        let row = |procedure: &Procedure, key: &str, by: &[crate::Party]| Right {
            action: format!("case.{}.{key}", procedure.key),
            by: by.iter().map(ToString::to_string).collect(),
            reach: Reach::Subtree,
        };
        self.procedures()
            .flat_map(|procedure| {
                let intake = std::iter::once(row(procedure, "intake", &procedure.intake.by));
                intake.chain(procedure.transitions.iter().map(|t| row(procedure, &t.key, &t.by)))
            })
            .collect()
    }

    /// Everything wrong with the compendium, in the order of files and lines.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.unread.clone();
        findings.extend(check::compendium(self));
        findings.sort_by(|a, b| {
            (&a.file, a.line, a.severity, &a.key).cmp(&(&b.file, b.line, b.severity, &b.key))
        });
        findings.dedup();
        findings
    }

    /// Whether nothing in it is refused.
    pub fn holds(&self) -> bool {
        self.check().iter().all(|finding| finding.severity != Severity::Error)
    }

    /// The files as they were read.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// A file as it was read.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if path.extension().is_some_and(|ext| ext == "toml") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(SourceFile { path: name, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}
