/** A JDBC driver version as the matrix writes it: two to four numbers. */
export const DRIVER_VERSION_PATTERN = /^\d{1,4}(?:\.\d{1,4}){1,3}$/;
