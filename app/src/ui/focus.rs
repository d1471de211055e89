//! Taking the focus when one comes.

use leptos::prelude::request_animation_frame;
use web_sys::HtmlElement;

/// Gives an input the focus. Where the server has written `autofocus`, the browser does so itself
/// before the next frame, and complains when somebody was quicker: then only if it did not.
pub(super) fn take_focus(input: &HtmlElement) {
    let focus = {
        let input = input.clone();
        move || {
            // Nothing is lost when the browser refuses the focus.
            let _ = input.focus();
        }
    };
    if input.has_attribute("autofocus") {
        request_animation_frame(focus);
    } else {
        focus();
    }
}
