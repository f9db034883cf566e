using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Wearable.Meter;

/// <summary>
/// What an instruction costs a chip beyond its own interpretation, in IL instructions of simple arithmetic. From Thumb-2 instruction counts of the
/// real interpreter (shared measurements of 2026-08): an arithmetic IL instruction takes about 50 of them, a native call 1,700 to 1,900, a
/// small object 1,890, <c>int.ToString</c> 10,700, string concatenation 12,800, a throw with its catch 4,800.
/// </summary>
public static class LibraryCost
{
    /// <summary>Thumb-2 instructions of one arithmetic IL instruction.</summary>
    public const int PerInstruction = 50;

    private const int NativeCall = 1800 / PerInstruction;
    private const int Allocation = 1890 / PerInstruction;
    private const int Text = 11_700 / PerInstruction;
    private const int Throw = 4800 / PerInstruction;

    /// <summary>The surcharge of one instruction; 0 for most.</summary>
    internal static int Of(Instruction i) => i.OpCode.Code switch
    {
        Code.Newarr or Code.Box => Allocation,
        Code.Newobj => Allocation,
        Code.Throw => Throw,
        Code.Call or Code.Callvirt when i.Operand is MethodReference m && IsLibrary(m) => MakesText(m) ? Text : NativeCall,
        _ => 0,
    };

    /// <summary>True for methods of the base library and the boards' packages.</summary>
    internal static bool IsLibrary(MethodReference method) => method.DeclaringType.Scope is AssemblyNameReference a && !a.Name.StartsWith("Wearable.", StringComparison.Ordinal);

    /// <summary>True when the library makes a new string or array.</summary>
    internal static bool MakesText(MethodReference m) => m.ReturnType is { FullName: "System.String" or "System.Byte[]" or "System.Char[]" } && !m.Name.StartsWith("get_", StringComparison.Ordinal);
}
