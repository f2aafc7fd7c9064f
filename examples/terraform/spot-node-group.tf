# Spot nodes that take only pods that tolerate capacity-type=spot, as SpotNodeGroup in examples/cdk makes them. EKS chooses
# where there is most capacity (price-capacity-optimized since Kubernetes 1.28, capacity-optimized before): a managed group has no setting for it.

variable "cluster_name" {
  type = string
}

variable "node_role_arn" {
  type = string
}

variable "subnet_ids" {
  description = "One per Availability Zone, two at least: spot runs out zone by zone."
  type        = list(string)
}

variable "instance_types" {
  description = "Same GPU model, number of GPUs and architecture; three at least."
  type        = list(string)
  default     = ["g5.xlarge", "g5.2xlarge", "g5.4xlarge", "g5.8xlarge"]
}

# No instance_market_options: EKS sets the market itself, and refuses a template that does.
resource "aws_launch_template" "spot" {
  name_prefix = "inference-spot-"

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  # A node group's tags reach neither its instances nor its Auto Scaling group.
  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags = {
        "Name"                = "inference-spot"
        "workload-type"       = "inference"
        "spot-responder/pool" = "inference"
        "spot-responder/role" = "spot"
      }
    }
  }
}

resource "aws_eks_node_group" "spot" {
  cluster_name    = var.cluster_name
  node_group_name = "inference-spot"
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  capacity_type   = "SPOT"
  instance_types  = var.instance_types
  ami_type        = "AL2023_x86_64_NVIDIA"

  scaling_config {
    min_size     = 0
    max_size     = 20
    desired_size = 5
  }

  launch_template {
    id      = aws_launch_template.spot.id
    version = aws_launch_template.spot.latest_version
  }

  labels = {
    "capacity-type"       = "spot"
    "workload-type"       = "inference"
    "spot-responder/pool" = "inference"
  }

  taint {
    key    = "capacity-type"
    value  = "spot"
    effect = "NO_SCHEDULE"
  }

  # The fallback reads them from the node group.
  tags = {
    "spot-responder/pool" = "inference"
    "spot-responder/role" = "spot"
  }

  # Autoscalers set the size from now on.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}
