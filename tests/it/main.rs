//! The engine's journeys through the real executables, on temporary folders.

mod journeys;
