//! A local Prismatic, faithful enough that official clients cannot tell it from the real one.
