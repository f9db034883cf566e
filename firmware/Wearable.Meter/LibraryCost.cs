using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Wearable.Meter;

/// <summary>
/// What an instruction costs a chip beyond its own interpretation, in IL instructions of simple arithmetic. Two sources. Thumb-2 instruction counts
/// of the real interpreter: an arithmetic IL instruction takes about 50 of them, a native call 1,700 to 1,900, a small object 1,890, <c>int.ToString</c>
/// 10,700, string concatenation 12,800, a throw with its catch 4,800. Published times of code that allocates (nanoframework/nanoFramework.Json#238):
/// 17 to 22 M Thumb-2 instructions a second, where 2 M IL/s of arithmetic are 100 M: such code runs five times slower still.
/// An estimate, not a measurement on a chip; what the collector takes is inside those published times.
/// </summary>
public static class LibraryCost
{
    /// <summary>Thumb-2 instructions of one arithmetic IL instruction.</summary>
    public const int PerInstruction = 50;

    /// <summary>How much slower than arithmetic the instructions of allocating code run: 100 M a second over 20 M.</summary>
    public const int AllocatingSlowdown = 5;

    /// <summary>A call into the library that makes nothing: 36.</summary>
    public const int NativeCall = 1800 / PerInstruction;

    /// <summary>An object, array or box: 189.</summary>
    public const int Allocation = AllocatingSlowdown * 1890 / PerInstruction;

    /// <summary>A use of a text literal, which makes a reference of 12 bytes: 87, priced as the cheapest allocation counted (an array, 876 instructions).</summary>
    public const int Literal = AllocatingSlowdown * 876 / PerInstruction;

    /// <summary>A string or array made by the library: 1,170.</summary>
    public const int Text = AllocatingSlowdown * 11_700 / PerInstruction;

    /// <summary>A throw with its catch: 96.</summary>
    public const int Throw = 4800 / PerInstruction;

    /// <summary>A lock taken and left: 92.</summary>
    public const int Lock = 4600 / PerInstruction;

    /// <summary>The surcharge of one instruction; 0 for most.</summary>
    internal static int Of(Instruction i) => i.OpCode.Code switch
    {
        Code.Newarr or Code.Box => Allocation,
        Code.Newobj when !((MethodReference)i.Operand).DeclaringType.IsValueType => Allocation,
        Code.Ldstr => Literal,
        Code.Throw => Throw,
        Code.Call or Code.Callvirt when i.Operand is MethodReference m && IsLibrary(m) => MakesText(m) ? Text : NativeCall,
        _ => 0,
    };

    /// <summary>True for methods of the base library and the boards' packages.</summary>
    internal static bool IsLibrary(MethodReference method) => method.DeclaringType.Scope is AssemblyNameReference a && !a.Name.StartsWith("Wearable.", StringComparison.Ordinal);

    /// <summary>True when the library makes a new string or array.</summary>
    internal static bool MakesText(MethodReference m) => m.ReturnType is { FullName: "System.String" or "System.Byte[]" or "System.Char[]" } && !m.Name.StartsWith("get_", StringComparison.Ordinal);
}
