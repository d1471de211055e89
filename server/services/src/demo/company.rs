//! The organisation of the demonstration and its people.

use domain::UserId;
use domain::rights::Role;

use super::words::{ENGLISH, MARATHI, POLISH, RUSSIAN, Tongue};
use crate::Ctx;
use crate::failure::Result;
use crate::people::{self, NewPerson};
use crate::records::write::Operation;

/// Everybody's password.
pub const PASSWORD: &str = "dealwright-demo";

/// The users to sign in with, and what each is shown for.
pub const USERS: [(&str, &str); 4] = [
    (
        "admin@dealwright.test",
        "administrator: everything, settings too",
    ),
    (
        "head@dealwright.test",
        "head of sales: the department's records",
    ),
    ("sales@dealwright.test", "salesperson: the own records"),
    (
        "director@dealwright.test",
        "director: sees all, changes nothing",
    ),
];

const NAME: &str = "Alder & Finch Instruments";

/// Departments: name and the one above, which comes earlier.
const DEPARTMENTS: [(&str, Option<usize>); 6] = [
    ("Board", None),
    ("Sales", Some(0)),
    ("New business", Some(1)),
    ("Key accounts", Some(1)),
    ("Services", Some(1)),
    ("Marketing", Some(0)),
];

struct Person {
    name: &'static str,
    address: &'static str,
    department: usize,
    manager: Option<usize>,
    roles: &'static [Role],
    heads: bool,
}

const fn person(
    name: &'static str,
    address: &'static str,
    department: usize,
    manager: Option<usize>,
    roles: &'static [Role],
    heads: bool,
) -> Person {
    Person {
        name,
        address,
        department,
        manager,
        roles,
        heads,
    }
}

const PEOPLE: [Person; 12] = [
    person("Henrik Vale", "director", 0, None, &[Role::Director], true),
    person(
        "Ingrid Halvorsen",
        "admin",
        0,
        Some(0),
        &[Role::Administrator],
        false,
    ),
    person(
        "Joanna Wysocka",
        "head",
        1,
        Some(0),
        &[Role::HeadOfSales],
        true,
    ),
    person(
        "Daniel Moreau",
        "sales",
        2,
        Some(2),
        &[Role::Salesperson],
        false,
    ),
    person(
        "Paweł Zieliński",
        "pawel",
        2,
        Some(2),
        &[Role::HeadOfSales],
        true,
    ),
    person(
        "Анна Воронцова",
        "anna",
        2,
        Some(4),
        &[Role::Salesperson],
        false,
    ),
    person(
        "प्रिया देशमुख",
        "priya",
        2,
        Some(4),
        &[Role::Salesperson],
        false,
    ),
    person(
        "Sofia Lindqvist",
        "sofia",
        3,
        Some(2),
        &[Role::HeadOfSales],
        true,
    ),
    person(
        "Marek Dąbrowski",
        "marek",
        3,
        Some(7),
        &[Role::Salesperson],
        false,
    ),
    person(
        "Дмитрий Соколов",
        "dmitry",
        4,
        Some(2),
        &[Role::Salesperson],
        true,
    ),
    person(
        "रोहन कुलकर्णी",
        "rohan",
        4,
        Some(9),
        &[Role::Salesperson],
        false,
    ),
    person(
        "Clara Jensen",
        "clara",
        5,
        Some(0),
        &[Role::Salesperson],
        true,
    ),
];

/// Who sells what to whom: index of the person, how many of a hundred, by language.
static NEW_BUSINESS: [(&Tongue, &[(usize, u32)]); 4] = [
    (&ENGLISH, &[(3, 40), (7, 26), (2, 6), (4, 10), (8, 18)]),
    (&POLISH, &[(4, 38), (8, 34), (3, 14), (2, 14)]),
    (&RUSSIAN, &[(5, 72), (3, 10), (7, 18)]),
    (&MARATHI, &[(6, 76), (3, 10), (7, 14)]),
];

/// The people as the rest of the demonstration needs them.
pub(super) struct Staff {
    ids: Vec<UserId>,
}

impl Staff {
    /// Who gets a sale of new business; `draw` is from 0 to 99.
    pub(super) fn seller(&self, tongue: &Tongue, draw: u32) -> UserId {
        let shares = NEW_BUSINESS
            .iter()
            .find(|(of, _)| std::ptr::eq(*of, tongue))
            .map_or(NEW_BUSINESS[0].1, |(_, shares)| shares);
        let mut left = draw;
        for &(person, share) in shares {
            if left < share {
                return self.ids[person];
            }
            left -= share;
        }
        self.ids[3]
    }

    /// Who looks after renewals.
    pub(super) fn keeper(&self, draw: u32) -> UserId {
        self.ids[match draw {
            0..=41 => 9,
            42..=81 => 10,
            _ => 7,
        }]
    }

    /// Who first hears of leads.
    pub(super) fn marketing(&self) -> UserId {
        self.ids[11]
    }

    /// Who keeps the catalogue.
    pub(super) fn administrator(&self) -> UserId {
        self.ids[1]
    }
}

/// Sets up the organisation and makes its people.
pub(super) async fn make(ctx: &Ctx, operation: &mut Operation) -> Result<Staff> {
    let sql = "insert into organisation
                 (name, currency, time_zone, country, leads, demo, created_at)
               values ($1, 'EUR', 'Europe/Berlin', 'DE', true, true, $2)";
    people::execute(operation.tx(), sql, [NAME.into(), ctx.now.into()]).await?;
    let mut departments = Vec::new();
    for (name, parent) in DEPARTMENTS {
        let parent = parent.map(|index: usize| departments[index]);
        departments.push(people::add_department(operation, ctx.now, name, parent).await?);
    }
    // One hash for all: a demonstration has no secrets, and hashing takes its time.
    let hash = crate::passwords::hash(PASSWORD)
        .await
        .map_err(anyhow::Error::from)?;
    let mut ids: Vec<UserId> = Vec::new();
    for person in &PEOPLE {
        let new = NewPerson {
            name: person.name.to_owned(),
            email: format!("{}@dealwright.test", person.address),
            password_hash: Some(hash.clone()),
            department: Some(departments[person.department]),
            manager: person.manager.map(|index| ids[index]),
            roles: person.roles.to_vec(),
            active: true,
        };
        let id = people::add(operation, ctx.now, &new).await?;
        if person.heads {
            people::set_head(operation, departments[person.department], id).await?;
        }
        ids.push(id);
    }
    Ok(Staff { ids })
}
