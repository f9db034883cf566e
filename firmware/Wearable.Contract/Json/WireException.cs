using System;

namespace Wearable.Contract
{
    /// <summary>A payload from the wire that is not what the contract says. The message names the field, what was wanted and what came.</summary>
    public sealed class WireException : Exception
    {
        /// <summary>Makes the refusal.</summary>
        /// <param name="message">Name of the message, as in <c>evt/wake</c>.</param>
        /// <param name="field">Name of the field, or empty when the payload as a whole is wrong.</param>
        /// <param name="problem">What was wanted, what came.</param>
        public WireException(string message, string field, string problem)
            : base(field.Length == 0 ? message + ": " + problem : message + "." + field + ": " + problem)
        {
            Field = field;
        }

        /// <summary>The field that was refused; empty when the payload as a whole is wrong.</summary>
        public string Field { get; }
    }
}
