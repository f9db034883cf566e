/** Asks the gateway; a refusal becomes an error with its sentence and status. */
export async function json(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw Object.assign(new Error(told?.error ?? told?.detail ?? `${path}: ${response.status}`), { status: response.status });
  }
  return response.status === 204 ? null : response.json();
}

export const of = id => `device=${encodeURIComponent(id)}`;
