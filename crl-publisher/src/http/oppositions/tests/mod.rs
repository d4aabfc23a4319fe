mod changes;
mod events;
mod files;
