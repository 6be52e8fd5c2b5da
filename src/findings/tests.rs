//! Each danger with manifests that bring it, and manifests that come close and do not.
