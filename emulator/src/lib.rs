//! A local Okta org that answers as the real one does.
