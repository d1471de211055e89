//! The design system, one file a component.
//!
//! Components take their words as props ([`TextProp`](leptos::text_prop::TextProp): a literal, a
//! string, a signal or a closure), so that no text is written here. Event handlers and further
//! attributes are put straight on a component and land on its outermost element:
//! `<Button on:click=… attr:id="save">`. The style sheets in `style/` name every class.

mod avatar;
mod badge;
mod banner;
mod bar;
mod button;
mod checkbox;
mod class;
mod dialog;
mod empty;
mod error;
mod escape;
mod field;
mod gate;
mod icon;
mod input;
mod menu;
mod page_title;
mod panel;
mod select;
mod skeleton;
mod text_area;
mod toast;

pub use avatar::{Avatar, AvatarSize};
pub use badge::{Badge, BadgeTone, StageDot};
pub use banner::{Banner, BannerTone};
pub use bar::Bar;
pub use button::{Button, ButtonKind, ButtonSize, ButtonVariant, IconButton, LinkButton};
pub use checkbox::Checkbox;
pub use dialog::Dialog;
pub use empty::Empty;
pub use error::{FormError, LoadError};
pub use field::Field;
pub use gate::{Gate, GateSubmit};
pub use icon::{BrandMark, Glyph, Icon};
pub use input::{InputKind, TextInput};
pub(crate) use menu::place as place_popover;
pub use menu::{Menu, MenuItem, MenuSeparator};
pub use page_title::PageTitle;
pub use panel::Panel;
pub use select::{Choice, Select};
pub use skeleton::{Skeleton, SkeletonKind};
pub use text_area::TextArea;
pub use toast::{Toast, ToastStore, Toasts};
