//! What becomes of an action, whatever the org answers.
