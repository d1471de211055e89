//! The pages as routes, each with the part that its code is in.

use domain::Kind;
use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::account::AccountPage;
use crate::funnel::FunnelPage;
use crate::invitation::InvitationPage;
use crate::list::ListPage;
use crate::my_day::MyDayPage;
use crate::new_record::NewRecordPage;
#[cfg(feature = "ssr")]
use crate::parts::suggest;
use crate::parts::{Missing, part};
use crate::record::{RecordPage, fetch_record_view};
use crate::recycle_bin::BinPage;
use crate::set_up::SetUpPage;
use crate::settings::fields::FieldsPage;
use crate::settings::people::PeoplePage;
use crate::settings::pipelines::PipelinesPage;

/// Fetches the code of the page with this address, so that all of it is there when the page is taken
/// over. A page that is in the main file, or that there is not, needs nothing.
///
/// # Errors
/// Its code did not come.
pub async fn fetch_page(path: &str) -> Result<(), Missing> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [] => fetch_my_day().await?,
        ["funnel"] => fetch_funnel().await?,
        ["account"] => fetch_account().await?,
        ["set-up"] => fetch_set_up().await?,
        ["invitation", _] => fetch_invitation().await?,
        ["settings", "fields"] => fetch_fields().await?,
        ["settings", "pipelines"] => fetch_pipelines().await?,
        ["settings", "people"] => fetch_people().await?,
        ["sign-in"] | [_, "board"] => {}
        [_, "new"] => fetch_new_record().await?,
        [_, "bin"] => fetch_bin().await?,
        [_, _] => fetch_record_view().await?,
        [_] => fetch_list().await?,
        _ => {}
    }
    Ok(())
}

/// The parts that the next clicks of somebody at work will want: a record over a board, a list, the
/// filter, the dialog of a gate. The browser fetches them when it has nothing better to do; what does
/// not come so is fetched when it is asked for.
#[cfg(feature = "ssr")]
pub(crate) fn suggest_next() {
    for part in ["record", "list"] {
        suggest(part);
    }
}

/// A route that opens a page with these arguments.
macro_rules! route {
    ($route:ident: $page:ident, $fetch:ident($($argument:expr)?)) => {
        #[doc = concat!("Opens `", stringify!($page), "`.")]
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                $page($($argument)?).await
            }

            async fn preload() {
                // Whether it came is told by `view`, which asks again.
                let _ = $fetch().await;
            }
        }
    };
}

/// Pages, each with its part, its functions and its route.
macro_rules! pages {
    ($($part:ident: $route:ident, $page:ident, $code:ident, $fetch:ident => $view:expr;)+) => {$(
        part!($part: $page, $code, $fetch() { $view });
        route!($route: $page, $fetch());
    )+};
}

/// Pages of every kind. A route for each kind, rather than one that reads the kind from the address:
/// on the server what stands in a closure is made twice, and so would read its data twice.
macro_rules! pages_of_kinds {
    ($($part:ident: $page:ident, $code:ident, $fetch:ident => |$kind:ident| $view:expr;
       $($route:ident of $of:ident),+;)+) => {$(
        part!($part: $page, $code, $fetch($kind: Kind) { $view });
        $(route!($route: $page, $fetch(Kind::$of));)+
    )+};
}

/// The page of a record. Its frame is in the main file, since a board opens it over itself; the inside
/// must be there when the page is hydrated.
async fn record_page(kind: Kind) -> AnyView {
    // Whether it came is told by the page, which asks again.
    let _ = fetch_record_view().await;
    view! { <RecordPage kind /> }.into_any()
}

route!(Deal: record_page, fetch_record_view(Kind::Deal));
route!(Lead: record_page, fetch_record_view(Kind::Lead));
route!(Contact: record_page, fetch_record_view(Kind::Contact));
route!(Company: record_page, fetch_record_view(Kind::Company));
route!(Product: record_page, fetch_record_view(Kind::Product));

pages! {
    list: MyDay, my_day, my_day_code, fetch_my_day => view! { <MyDayPage /> };
    list: Funnel, funnel, funnel_code, fetch_funnel => view! { <FunnelPage /> };
    settings: Account, account, account_code, fetch_account => view! { <AccountPage /> };
    settings: Fields, fields, fields_code, fetch_fields => view! { <FieldsPage /> };
    settings: Pipelines, pipelines, pipelines_code, fetch_pipelines => view! { <PipelinesPage /> };
    settings: People, people, people_code, fetch_people => view! { <PeoplePage /> };
    settings: SetUp, set_up, set_up_code, fetch_set_up => view! { <SetUpPage /> };
    settings: Invitation, invitation, invitation_code, fetch_invitation =>
        view! { <InvitationPage /> };
}

pages_of_kinds! {
    list: list, list_code, fetch_list => |kind| view! { <ListPage kind /> };
        Deals of Deal, Leads of Lead, Contacts of Contact, Companies of Company,
        Products of Product;
    record: new_record, new_record_code, fetch_new_record =>
        |kind| view! { <NewRecordPage kind /> };
        NewDeal of Deal, NewLead of Lead, NewContact of Contact, NewCompany of Company,
        NewProduct of Product;
    list: bin, bin_code, fetch_bin => |kind| view! { <BinPage kind /> };
        DealBin of Deal, LeadBin of Lead, ContactBin of Contact, CompanyBin of Company,
        ProductBin of Product;
}
