//! What built-in things are called in the user's language: fields, kinds, groups, choices,
//! problems, errors. What users have named themselves is shown as they named it.
