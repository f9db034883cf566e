using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>A juror made of a model in memory, to hear what its generated class would say.</summary>
/// <param name="model">The model.</param>
public sealed class ModelJuror(WakeModel model) : WakeJuror
{
    /// <inheritdoc/>
    public override WakeModel Parts() => model;

    /// <inheritdoc/>
    public override sbyte[] Matrix(int number) => number < 2 ? model.FrontWeights[number] : model.MixWeights[number - 2];
}
