//! Declarative reconciler for OAuth clients.
