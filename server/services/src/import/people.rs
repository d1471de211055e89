//! Import of people: users with their departments and managers. They are few, so the whole file is
//! in memory; they are no records, so they have this use case of their own. Nobody imported here
//! can sign in until a password is set.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::sync::LazyLock;

use domain::contact_point::is_email;
use domain::field::FieldType;
use domain::rights::Role;
use domain::timeline::Via;
use domain::{DepartmentId, FieldDef, UserId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::lookup::{People, folded, is_too_long};
use super::mapping::{ManagerMap, Mapping, Missing, OnExisting, mistake};
use super::plan::Plan;
use super::report::{Refused, quoted};
use super::source::{Row, Source};
use super::{Imported, Options, Progress};
use crate::Ctx;
use crate::failure::Result;
use crate::live::Announcement;
use crate::people::{self, NewPerson};
use crate::records::write::Operation;

/// People that one file may hold.
const MOST: usize = 20_000;
/// What stands between a department and the one below it.
const BELOW: char = '/';

/// What may be said of a user.
static FIELDS: LazyLock<Vec<FieldDef>> = LazyLock::new(|| {
    vec![
        FieldDef::column("name", "Name", FieldType::Text).required(),
        FieldDef::column("email", "E-mail", FieldType::Text).required(),
        FieldDef::column("department", "Department", FieldType::Text),
        FieldDef::column("manager", "Manager", FieldType::Text),
        FieldDef::column("role", "Role", FieldType::Text),
        FieldDef::column("active", "Active", FieldType::YesNo),
    ]
});

/// A person's row, read.
struct Person {
    row: Row,
    name: String,
    email: String,
    department: Option<String>,
    manager: Option<String>,
    role: Role,
    active: bool,
}

struct Run<'a, 'w> {
    ctx: &'a Ctx,
    operation: Operation,
    known: People,
    /// By path, folded.
    departments: HashMap<String, DepartmentId>,
    refused: Refused<'w>,
    imported: Imported,
}

/// Imports people.
pub(super) async fn run<R: Read + Send>(
    ctx: &Ctx,
    mapping: &Mapping,
    options: &Options,
    mut source: Source<R>,
    refused: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported> {
    let plan = Plan::new(ctx, mapping, source.header(), &FIELDS, "user")?;
    let manager = mapping.manager.as_ref();
    check(mapping, source.header())?;
    let label = mapping.label.as_deref().unwrap_or(&options.label);
    let operation = Operation::begin(ctx, Via::Import, label).await?;
    let known = People::load(operation.tx()).await?;
    let departments = departments(&operation).await?;
    let refused = Refused::new(refused, &source);
    let imported = Imported::default();
    let mut run = Run {
        ctx,
        operation,
        known,
        departments,
        refused,
        imported,
    };

    let mut made: Vec<(Person, UserId)> = Vec::new();
    loop {
        let rows = source.rows()?;
        if rows.is_empty() {
            break;
        }
        run.imported.rows.read += rows.len() as u64;
        if run.imported.rows.read > MOST as u64 {
            return Err(mistake("file", format!("holds more than {MOST} people")).into());
        }
        for row in rows {
            let read = match row {
                Ok(row) if plan.skips(&row) => {
                    run.imported.rows.skipped += 1;
                    continue;
                }
                Ok(row) => person(&plan, row),
                Err(refused) => Err(refused),
            };
            match read {
                Ok(person) => made.extend(run.add(mapping, person).await?),
                Err((row, why)) => run.refuse(&row, &why)?,
            }
        }
        progress(run.imported.rows);
    }
    run.managers(&plan, manager, &made).await?;
    run.refused.finish()?;
    let mut imported = run.imported;
    if !options.dry_run {
        imported.operation = run.operation.commit().await?.operation;
        ctx.publisher.announce(Announcement::Workspace);
    }
    Ok(imported)
}

/// What only an import of people must have.
fn check(mapping: &Mapping, header: &[String]) -> Result<()> {
    if let Some(key) = mapping.key.as_ref().filter(|key| key.field != "email") {
        let words = format!("is “{}”, but users are found by email", key.field);
        return Err(mistake("key.field", words).into());
    }
    let creates = mapping
        .fields
        .get("manager")
        .is_some_and(|field| field.missing == Missing::Create);
    match &mapping.manager {
        None if creates => {
            let words = "is needed, to say what address and role managers get that have no row";
            Err(mistake("manager", words).into())
        }
        Some(manager) => {
            if Role::parse(&manager.role).is_none() {
                return Err(mistake("manager.role", role_words(&manager.role)).into());
            }
            match manager
                .email
                .columns()
                .find(|column| !header.iter().any(|name| name == column))
            {
                Some(column) => {
                    let words = format!("the file has no column “{column}”");
                    Err(mistake("manager.email", words).into())
                }
                None => Ok(()),
            }
        }
        None => Ok(()),
    }
}

fn role_words(given: &str) -> String {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    format!(
        "{} is no role; there are {}",
        quoted(given),
        roles.join(", ")
    )
}

/// Reads a row, or says why not.
fn person(plan: &Plan<'_>, row: Row) -> Result<Person, (Row, String)> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for field in &plan.fields {
        match field.text(&plan.cells(&row)) {
            Ok(Some(text)) => {
                texts.insert(field.def.key.as_ref(), text);
            }
            Ok(None) => {}
            Err(why) => return Err((row, why)),
        }
    }
    let mut take = |key: &str| texts.remove(key);
    let (Some(name), Some(email)) = (take("name"), take("email")) else {
        return Err((row, "needs a name and an e-mail address".to_owned()));
    };
    if is_too_long(&name) {
        return Err((row, format!("{} is too long for a name", quoted(&name))));
    }
    if is_too_long(&email) || !is_email(&email) {
        return Err((row, format!("{} is not an e-mail address", quoted(&email))));
    }
    let role = take("role").unwrap_or_else(|| Role::Salesperson.as_str().to_owned());
    let Some(role) = Role::parse(&role) else {
        return Err((row, role_words(&role)));
    };
    let active = match take("active")
        .map(|text| FieldType::YesNo.parse(&text))
        .transpose()
    {
        Ok(active) => active != Some(domain::Value::YesNo(false)),
        Err(problem) => return Err((row, format!("Active: {problem}"))),
    };
    let (department, manager) = (take("department"), take("manager"));
    for name in [&department, &manager].into_iter().flatten() {
        if is_too_long(name) {
            return Err((row, format!("{} is too long for a name", quoted(name))));
        }
    }
    Ok(Person {
        row,
        name,
        email: email.to_lowercase(),
        department,
        manager,
        role,
        active,
    })
}

impl Run<'_, '_> {
    fn refuse(&mut self, row: &Row, why: &str) -> Result<()> {
        self.imported.rows.refused += 1;
        self.refused.write(row, why)
    }

    /// Makes somebody, unless they are there already.
    async fn add(&mut self, mapping: &Mapping, person: Person) -> Result<Option<(Person, UserId)>> {
        if self.known.has_email(&person.email).is_some() {
            match mapping
                .key
                .as_ref()
                .map(|key| key.on_existing)
                .unwrap_or_default()
            {
                OnExisting::Skip => self.imported.rows.skipped += 1,
                OnExisting::Refuse => {
                    let why = format!("{} is somebody's address already", person.email);
                    self.refuse(&person.row, &why)?;
                }
                OnExisting::Update => {
                    let why = "users are changed under Settings, not by import";
                    self.refuse(&person.row, why)?;
                }
            }
            return Ok(None);
        }
        let department = match &person.department {
            Some(path) => self.department(path).await?,
            None => None,
        };
        let new = NewPerson {
            name: person.name.clone(),
            email: person.email.clone(),
            department,
            roles: vec![person.role],
            active: person.active,
            ..NewPerson::default()
        };
        let id = self.make(&new).await?;
        self.imported.rows.written += 1;
        Ok(Some((person, id)))
    }

    async fn make(&mut self, new: &NewPerson) -> Result<UserId> {
        let id = people::add(&mut self.operation, self.ctx.now, new).await?;
        self.known.add(id, &new.email, &new.name);
        Ok(id)
    }

    /// The department of a path such as `West / Sales`, made where it is missing.
    async fn department(&mut self, path: &str) -> Result<Option<DepartmentId>> {
        let (mut id, mut known) = (None, String::new());
        for name in path
            .split(BELOW)
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            known = format!("{known}{BELOW}{}", folded(name));
            id = Some(if let Some(there) = self.departments.get(&known) {
                *there
            } else {
                let operation = &mut self.operation;
                let made = people::add_department(operation, self.ctx.now, name, id).await?;
                self.departments.insert(known.clone(), made);
                made
            });
        }
        Ok(id)
    }

    /// Puts people under their managers, now that everybody is there.
    async fn managers(
        &mut self,
        plan: &Plan<'_>,
        map: Option<&ManagerMap>,
        made: &[(Person, UserId)],
    ) -> Result<()> {
        let missing = plan
            .fields
            .iter()
            .find(|field| field.def.key == "manager")
            .map_or(Missing::Refuse, |field| field.map.missing);
        for (person, id) in made {
            let Some(name) = &person.manager else {
                continue;
            };
            let manager = match (self.known.find(name), missing, map) {
                (Ok(manager), ..) => Some(manager),
                (Err(_), Missing::Create, Some(map)) => {
                    self.manager(plan, map, person, name).await?
                }
                (Err(_), Missing::Empty, _) => None,
                (Err(why), ..) => {
                    self.incomplete(&person.row, &why)?;
                    None
                }
            };
            let Some(manager) = manager.filter(|manager| manager != id) else {
                continue;
            };
            let sql = "update app_user set manager_id = $2 where id = $1";
            let tx = self.operation.tx();
            people::execute(tx, sql, [(*id).into(), manager.into()]).await?;
            if map.is_some_and(|map| map.heads)
                && let Some(path) = &person.department
                && let Some(department) = self.department(path).await?
            {
                people::set_head(&mut self.operation, department, manager).await?;
            }
        }
        Ok(())
    }

    /// Makes a manager who has no row, in the department of the one who reports to them.
    async fn manager(
        &mut self,
        plan: &Plan<'_>,
        map: &ManagerMap,
        person: &Person,
        name: &str,
    ) -> Result<Option<UserId>> {
        let cells = plan.cells(&person.row);
        let email = map
            .email
            .fill(|column| cells.get(column))
            .unwrap_or_default()
            .to_lowercase();
        if !is_email(&email) {
            self.incomplete(&person.row, &format!("“{email}” is not an e-mail address"))?;
            return Ok(None);
        }
        if let Some(id) = self.known.has_email(&email) {
            return Ok(Some(id));
        }
        let department = match &person.department {
            Some(path) => self.department(path).await?,
            None => None,
        };
        let new = NewPerson {
            name: name.to_owned(),
            email,
            department,
            roles: Role::parse(&map.role).into_iter().collect(),
            active: true,
            ..NewPerson::default()
        };
        self.imported.rows.written += 1;
        Ok(Some(self.make(&new).await?))
    }

    fn incomplete(&mut self, row: &Row, why: &str) -> Result<()> {
        self.imported.incomplete += 1;
        self.refused
            .write(row, &format!("written, but without a manager: {why}"))
    }
}

/// The departments that are there, by path.
async fn departments(operation: &Operation) -> Result<HashMap<String, DepartmentId>> {
    let sql = "with recursive tree (id, path) as (
                 select id, '/' || lower(name) from department where parent_id is null
                 union all
                 select d.id, t.path || '/' || lower(d.name)
                   from department d join tree t on d.parent_id = t.id)
               select id, path from tree";
    let rows = operation
        .tx()
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(1)?, row.try_get_by_index(0)?)))
        .collect()
}
